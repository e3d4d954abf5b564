// A model while it is read from one or several files, with the places that the final checks need.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/plan/model.h"
#include "rules/problems.h"
#include "rules/section.h"

namespace foreshock {

// A name written in one part of the model that has to stand in another.
struct NameReference {
    enum class Kind : uint8_t { service, resource };
    Kind kind;
    std::string name;
    std::string key;  // what refers: "calls", "service", "resource", "services"
    Place place;
    bool only_if_modeled = false;  // fine when the model has no entries of this kind at all
};

struct Notice {
    Place place;
    std::string message, hint;
};

struct ModelDraft {
    Model model;
    std::map<std::string, Place> places;          // "services.web", "services.web.calls.db", "resources.db-1.match[0]", …
    std::vector<NameReference> references;
    std::vector<std::pair<Micros, Place>> windows;  // written SLO windows
    std::vector<Notice> notices;                    // worth a word, and no mistake
};

// Adds services, resources and calendar of one file (its top section). Problems go to the context.
void read_model(ReadContext& context, const Section& top, ModelDraft& draft);

// When all files are read: unknown names, cycles of synchronous calls, windows that are no whole slots.
void check_model(ModelDraft& draft, Micros slot_length, Problems& problems);
// What is legal but hardly meant: promises about a metric that its resource does not list, where a listed one is near.
void note_model(const ModelDraft& draft, Problems& notes);
// Promises that are built on others: their parts, and that none promises more than what it is built on allows.
// Members of views: services, or nodes of the same view that do not hold each other.
void check_views(ModelDraft& draft, Problems& problems);
void check_promises(ModelDraft& draft, Problems& problems);

}  // namespace foreshock
