#include "connectors/http/prometheus_text.h"

#include <charconv>
#include <cmath>

namespace foreshock {
namespace {

void append_escaped(std::string& out, std::string_view text, bool quotes) {
    for (const char c : text) {
        if (c == '\\')
            out += "\\\\";
        else if (c == '\n')
            out += "\\n";
        else if (c == '"' && quotes)
            out += "\\\"";
        else
            out += c;
    }
}

void append_value(std::string& out, double value) {
    if (std::isinf(value)) {
        out += value > 0 ? "+Inf" : "-Inf";
        return;
    }
    char text[32];
    out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

}  // namespace

void PrometheusText::family(std::string_view name, Type type, std::string_view help) {
    name_ = name;
    text_ += "# HELP " + name_ + ' ';
    append_escaped(text_, help, false);
    text_ += "\n# TYPE " + name_ + (type == Type::counter ? " counter\n" : " gauge\n");
}

void PrometheusText::sample(double value, Labels labels) {
    if (std::isnan(value)) return;
    text_ += name_;
    char separator = '{';
    for (const auto& [name, label] : labels) {
        text_ += separator;
        text_ += name;
        text_ += "=\"";
        append_escaped(text_, label, true);
        text_ += '"';
        separator = ',';
    }
    if (separator == ',') text_ += '}';
    text_ += ' ';
    append_value(text_, value);
    text_ += '\n';
}

void PrometheusText::single(std::string_view name, Type type, std::string_view help, double value) {
    family(name, type, help);
    sample(value);
}

}  // namespace foreshock
