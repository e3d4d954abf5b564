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
std::vector<Row> parse_csv(std::string_view text, uint32_t file) {
    const std::string_view head = text.substr(0, text.find('\n'));
    char separator = ',';
    for (const char c : {';', '\t'}) if (std::ranges::count(head, c) > std::ranges::count(head, separator)) separator = c;
    std::vector<Row> rows(1);
    uint32_t line = 1, column = 1;
    bool quoted = false, fresh = true;
    for (size_t i = 0; i < text.size(); ++i, ++column) {
        const char c = text[i];
        if (fresh) rows.back().push_back({{}, {file, line, column}});
        fresh = false;
        std::string& field = rows.back().back().text;
        if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') { field += '"'; ++i; ++column; }
        else if (c == '"' && (quoted || field.empty())) quoted = !quoted;
        else if (!quoted && c == separator) fresh = true;
        else if (!quoted && c == '\n') { rows.emplace_back(); fresh = true; }
        else if (c != '\r' || quoted) field += c;
        if (c == '\n') { ++line; column = 0; }
    }
    std::erase_if(rows, [](const Row& r) { return r.empty() || (r.size() == 1 && r[0].text.empty()); });
    return rows;
}

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

constexpr std::pair<std::string_view, std::string_view> kColumns[]{
    {"name", "name"},   {"ci_name", "name"},  {"ci", "name"},           {"type", "type"},          {"class", "type"},         {"sys_class_name", "type"},
    {"depends_on", "depends_on"}, {"uses", "depends_on"}, {"service", "service"},     {"business_service", "service"}, {"owner", "owner"},
    {"owned_by", "owner"}, {"managed_by", "owner"}, {"title", "title"}, {"display_name", "title"}, {"criticality", "criticality"},
    {"business_criticality", "criticality"}, {"host", "host"}, {"fqdn", "host"}, {"hostname", "host"},
};

struct Item {
    std::map<std::string_view, Field> fields;
    std::string text(std::string_view key) const {
        const auto at = fields.find(key);
        return at == fields.end() ? std::string{} : at->second.text;
    }
    bool is_service() const {
        const std::string type = lower(text("type"));
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
            const auto known = std::ranges::find(kColumns, lower(f.text), [](const auto& c) { return c.first; });
            columns.push_back(known == std::end(kColumns) ? std::string_view{} : known->second);
            if (known == std::end(kColumns)) notes_.add(f.place, "column " + in_quotes(f.text) + " is not taken over");
        }
        for (const std::string_view needed : {"name", "type"}) {
            if (std::ranges::find(columns, needed) == columns.end()) problems_.add(rows[0][0].place, "no column '" + std::string(needed) + "'", "the first line names the columns: name,type,depends_on,owner");
        }
        if (!problems_.empty()) return false;
        for (size_t i = 1; i < rows.size(); ++i) take(rows[i], columns);
        return true;
    }

    std::string yaml() {
        std::string services, resources;
        std::map<std::string, std::string> owner_of;  // resource to service, by who depends on it
        for (const auto& [name, item] : items_) if (item.is_service()) services += service_yaml(name, item, owner_of);
        for (const auto& [name, item] : items_) {
            if (item.is_service()) continue;
            std::string service = item.text("service");
            if (service.empty()) service = owner_of[name];
            const auto known = items_.find(service);
            const bool good = known != items_.end() && known->second.is_service();
            if (!service.empty() && !good) notes_.add(item.fields.at("name").place, in_quotes(name) + " carries " + in_quotes(service) + ", which is no service here", "left without a service");
            resources += "  " + yaml_text(name) + ": {" + (good ? "service: " + yaml_text(service) : "");
            if (const std::string host = item.text("host"); !host.empty()) resources += std::string(good ? ", " : "") + "match: {host: " + yaml_text(expression(host)) + "}";
            resources += "}\n";
        }
        return (services.empty() ? "services: {}\n" : "services:\n" + services) + (resources.empty() ? "" : "resources:\n" + resources);
    }

private:
    void take(const Row& row, const std::vector<std::string_view>& columns) {
        Item item;
        for (size_t i = 0; i < row.size() && i < columns.size(); ++i) if (!columns[i].empty()) item.fields.emplace(columns[i], row[i]);
        const std::string name = item.text("name");
        if (name.empty()) return notes_.add(row[0].place, "a row without a name", "left out");
        if (!items_.emplace(name, item).second) notes_.add(row[0].place, in_quotes(name) + " stands twice", "the first is taken");
    }

    std::string service_yaml(const std::string& name, const Item& item, std::map<std::string, std::string>& owner_of) {
        std::string body, calls;
        const auto put = [&](std::string_view key, const std::string& value) {
            if (!value.empty()) body += (body.empty() ? "" : ", ") + std::string(key) + ": " + value;
        };
        for (const std::string& other : names_in(item.text("depends_on"))) {
            const auto at = items_.find(other);
            if (at == items_.end()) notes_.add(item.fields.at("depends_on").place, in_quotes(other) + " is in no row", "left out");
            else if (at->second.is_service()) calls += (calls.empty() ? "" : ", ") + yaml_text(other);
            else if (!owner_of.emplace(other, name).second) notes_.add(item.fields.at("depends_on").place, in_quotes(other) + " carries several services", "it stays with " + in_quotes(owner_of[other]));
        }
        put("title", item.text("title").empty() ? "" : yaml_text(item.text("title")));
        put("owner", item.text("owner").empty() ? "" : yaml_text(item.text("owner")));
        if (!calls.empty()) put("calls", "[" + calls + "]");
        const std::string criticality = lower(item.text("criticality"));
        if (criticality.starts_with('1') || criticality.find("most") != criticality.npos || criticality == "high" || criticality == "critical") put("class", "differentiator");
        return "  " + yaml_text(name) + ": {" + body + "}\n";
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
    const bool read = cmdb.read(parse_csv(csv, file));
    if (!problems.empty()) return problems.take();
    if (!read) return Diagnostic{file_name, 0, 0, "no rows", "the first line names the columns: name,type,depends_on,owner"};
    ImportedModel out;
    out.yaml = cmdb.yaml();
    out.notes = notes.take();
    return out;
}

}  // namespace foreshock
