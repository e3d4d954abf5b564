#include "tools/report/html_report.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "tools/report/html_page.h"

namespace foreshock {

std::string HtmlReport::html() const { return html_page(app_, data_); }

Status HtmlReport::write(const std::string& path) const {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << html();
    out.close();
    if (out) return Done{};
    return Diagnostic{path, 0, 0, std::string("cannot write the report: ") + std::strerror(errno),
                      "name a file in a folder that exists and that this user may write"};
}

}  // namespace foreshock
