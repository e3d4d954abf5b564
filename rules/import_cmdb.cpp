#include <algorithm>
#include <map>
#include <vector>

#include "rules/model_import.h"
#include "rules/problems.h"

namespace foreshock {
namespace {

struct Field {
    std::string text;
    Place place;
};
using Row = std::vector<Field>;

// RFC 4180, with comma, semicolon or tab, whichever the first line has most of.
std::vector<Row> parse_csv(std::string_view text, uint32_t file, Problems& problems) {
    const std::string_view head = text.substr(0, text.find('\n'));
    char separator = ',';
    for (const char c : {';', '\t'}) if (std::ranges::count(head, c) > std::ranges::count(head, separator)) separator = c;
    std::vector<Row> rows(1);
    uint32_t line = 1, column = 1;
    bool quoted = false, fresh = true;
    Place opened;
    for (size_t i = 0; i < text.size(); ++i, ++column) {
        const char c = text[i];
        if (fresh) rows.back().push_back({{}, {file, line, column}});
        fresh = false;
        std::string& field = rows.back().back().text;
        if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') { field += '"'; ++i; ++column; }
        else if (c == '"' && (quoted || field.empty())) quoted = !quoted, opened = {file, line, column};
        else if (!quoted && c == separator) fresh = true;
        else if (!quoted && c == '\n') { rows.emplace_back(); fresh = true; }
        else if (c != '\r' || quoted) field += c;
        if (c == '\n') { ++line; column = 0; }
    }
    if (quoted) problems.add(opened, "a quote is not closed", "close it with \"; a quote inside a field is written twice");
    std::erase_if(rows, [](const Row& r) { return r.empty() || (r.size() == 1 && r[0].text.empty()); });
    return rows;
}

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

constexpr std::pair<std::string_view, std::string_view> kColumns[]{
    {"name", "name"},   {"ci_name", "name"},  {"ci", "name"},           {"type", "type"},          {"class", "type"},         {"sys_class_name", "type"},
    {"depends_on", "depends_on"}, {"uses", "depends_on"}, {"calls", "depends_on"}, {"ci_class", "type"}, {"service", "service"},     {"business_service", "service"}, {"owner", "owner"},
    {"owned_by", "owner"}, {"managed_by", "owner"}, {"title", "title"}, {"display_name", "title"}, {"criticality", "criticality"},
    {"business_criticality", "criticality"}, {"host", "host"}, {"fqdn", "host"}, {"hostname", "host"},
};

constexpr std::string_view kKnown[]{"name", "type", "depends_on", "service", "owner", "title", "criticality", "host"};

// "Depends On" is depends_on.
std::string column_name(const std::string& written) {
    std::string name = lower(written);
    name.erase(0, name.find_first_not_of(' '));
    name.erase(name.find_last_not_of(' ') + 1);
    std::ranges::replace_if(name, [](char c) { return c == ' ' || c == '-'; }, '_');
    return name;
}

struct Item {
    std::map<std::string_view, Field> fields;
    std::string text(std::string_view key) const {
        const auto at = fields.find(key);
        return at == fields.end() ? std::string{} : at->second.text;
    }
    bool is_service() const {
        const std::string type = lower(text("type"));
        // An application server runs applications; it is none.
        for (const std::string_view thing : {"server", "database", "storage", "host", "node", "cluster", "queue"}) if (type.find(thing) != type.npos) return false;
        return type.find("service") != type.npos || type.find("application") != type.npos || type == "app";
    }
};

std::vector<std::string> names_in(const std::string& list) {
    std::vector<std::string> out(1);
    for (const char c : list) {
        if (c == ';' || c == '|' || c == ',') out.emplace_back();
        else if (c != ' ' || !out.back().empty()) out.back() += c;
    }
    for (std::string& n : out) n.erase(n.find_last_not_of(' ') + 1);
    std::erase(out, std::string{});
    return out;
}

// Makes a host name an expression that matches just it.
std::string expression(const std::string& host) {
    std::string out = "^";
    for (const char c : host) out += (std::string_view(".[]{}()*+?^$|\\").find(c) != std::string_view::npos ? "\\" : "") + std::string(1, c);
    return out + "$";
}

class Cmdb {
public:
    Cmdb(Problems& notes, Problems& problems) : notes_(notes), problems_(problems) {}

    bool read(const std::vector<Row>& rows) {
        if (rows.empty()) return false;
        std::vector<std::string_view> columns;
        for (const Field& f : rows[0]) {
            const auto known = std::ranges::find(kColumns, column_name(f.text), [](const auto& c) { return c.first; });
            columns.push_back(known == std::end(kColumns) ? std::string_view{} : known->second);
            if (known == std::end(kColumns)) notes_.add(f.place, "column " + in_quotes(f.text) + " is not taken over", suggest(column_name(f.text), kKnown));
        }
        for (const std::string_view needed : {"name", "type"}) {
            if (std::ranges::find(columns, needed) == columns.end()) problems_.add(rows[0][0].place, "no column '" + std::string(needed) + "'", "the first line names the columns: name,type,depends_on,owner");
        }
        if (!problems_.empty()) return false;
        for (size_t i = 1; i < rows.size(); ++i) take(rows[i], columns);
        return true;
    }

    // Line by line, each with the row it comes from.
    std::vector<Field> lines() {
        std::vector<Field> services, resources;
        std::map<std::string, std::string> owner_of;  // resource to service, by who depends on it
        for (const auto& [name, item] : items_) if (!item.is_service()) note_dependencies(name, item);
        for (const auto& [name, item] : items_) if (item.is_service()) services.push_back({service_yaml(name, item, owner_of), item.fields.at("name").place});
        for (const auto& [name, item] : items_) if (!item.is_service()) resources.push_back({resource_yaml(name, item, owner_of[name]), item.fields.at("name").place});
        std::vector<Field> out{{services.empty() ? "services: {}" : "services:", {}}};
        out.insert(out.end(), services.begin(), services.end());
        if (!resources.empty()) out.push_back({"resources:", {}});
        out.insert(out.end(), resources.begin(), resources.end());
        return out;
    }

private:
    void take(const Row& row, const std::vector<std::string_view>& columns) {
        Item item;
        if (row.size() > columns.size()) notes_.add(row[columns.size()].place, "more fields than the first line has columns: " + std::to_string(row.size()) + " and " + std::to_string(columns.size()), "left out from here on; a separator inside a field has to stand in quotes");
        for (size_t i = 0; i < row.size() && i < columns.size(); ++i) if (!columns[i].empty()) item.fields.emplace(columns[i], row[i]);
        const std::string name = item.text("name");
        if (name.empty()) return notes_.add(row[0].place, "a row without a name", "left out");
        if (!items_.emplace(name, item).second) notes_.add(row[0].place, in_quotes(name) + " stands twice", "the first is taken");
    }

    // The row that a name means: its case may be another. End, with a note, where there is none.
    std::map<std::string, Item>::const_iterator find(const std::string& name, Place place) {
        if (const auto exact = items_.find(name); exact != items_.end()) return exact;
        const auto alike = std::ranges::find(items_, lower(name), [](const auto& i) { return lower(i.first); });
        if (alike != items_.end()) return notes_.add(place, in_quotes(name) + " is taken as " + in_quotes(alike->first)), alike;
        std::vector<std::string_view> names;
        for (const auto& [known, item] : items_) names.push_back(known);
        const std::string_view near = nearest(name, names);
        notes_.add(place, in_quotes(name) + " is in no row", "left out" + (near.empty() ? std::string{} : "; did you mean '" + std::string(near) + "'?"));
        return items_.end();
    }

    void note_dependencies(const std::string& name, const Item& item) {
        for (const std::string& other : names_in(item.text("depends_on")))
            notes_.add(item.fields.at("depends_on").place, in_quotes(name) + " is a resource: that it depends on " + in_quotes(other) + " is not taken over", "only services depend on something here");
    }

    std::string service_yaml(const std::string& name, const Item& item, std::map<std::string, std::string>& owner_of) {
        std::string body, calls;
        const auto put = [&](std::string_view key, const std::string& value) {
            if (!value.empty()) body += (body.empty() ? "" : ", ") + std::string(key) + ": " + value;
        };
        for (const std::string& other : names_in(item.text("depends_on"))) {
            const Place place = item.fields.at("depends_on").place;
            const auto at = find(other, place);
            if (at == items_.end()) continue;
            if (at->second.is_service()) calls += (calls.empty() ? "" : ", ") + yaml_text(at->first);
            else if (!owner_of.emplace(at->first, name).second) notes_.add(place, in_quotes(at->first) + " carries several services", "it stays with " + in_quotes(owner_of[at->first]));
        }
        put("title", item.text("title").empty() ? "" : yaml_text(item.text("title")));
        put("owner", item.text("owner").empty() ? "" : yaml_text(item.text("owner")));
        if (!calls.empty()) put("calls", "[" + calls + "]");
        const std::string criticality = lower(item.text("criticality"));
        if (criticality.starts_with('1') || criticality.find("most") != criticality.npos || criticality == "high" || criticality == "critical") put("class", "differentiator");
        return "  " + yaml_text(name) + ": {" + body + "}";
    }

    std::string resource_yaml(const std::string& name, const Item& item, std::string service) {
        if (const std::string own = item.text("service"); !own.empty()) {
            const auto known = find(own, item.fields.at("service").place);
            service = known == items_.end() ? std::string{} : known->first;
            if (known != items_.end() && !known->second.is_service()) {
                notes_.add(item.fields.at("service").place, in_quotes(name) + " carries " + in_quotes(service) + ", which is no service here", "left without a service");
                service.clear();
            }
        }
        std::string body = service.empty() ? "" : "service: " + yaml_text(service);
        if (const std::string host = item.text("host"); !host.empty()) body += (body.empty() ? "" : ", ") + ("match: {host: " + yaml_text(expression(host))) + "}";
        return "  " + yaml_text(name) + ": {" + body + "}";
    }

    Problems& notes_;
    Problems& problems_;
    std::map<std::string, Item> items_;
};

}  // namespace

Result<ImportedModel> import_cmdb(std::string_view csv, const std::string& file_name) {
    Problems problems, notes;
    const uint32_t file = problems.add_file(file_name);
    notes.add_file(file_name);
    if (csv.starts_with("\xef\xbb\xbf")) csv.remove_prefix(3);
    Cmdb cmdb(notes, problems);
    const std::vector<Row> rows = parse_csv(csv, file, problems);
    const bool read = problems.empty() && cmdb.read(rows);
    if (!problems.empty()) return problems.take();
    if (!read) return Diagnostic{file_name, 0, 0, "no rows", "the first line names the columns: name,type,depends_on,owner"};
    ImportedModel out;
    for (const Field& line : cmdb.lines()) {
        out.yaml += line.text + "\n";
        out.sources.push_back(Diagnostic{file_name, line.place.line, line.place.column, {}, {}});
    }
    out.notes = notes.take();
    return out;
}

}  // namespace foreshock
