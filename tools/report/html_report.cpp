#include "tools/report/html_report.h"

#include "tools/report/html_page.h"
#include "tools/write_file.h"

namespace foreshock {

std::string HtmlReport::html() const { return html_page(app_, data_); }

Status HtmlReport::write(const std::string& path) const { return write_file(path, html(), "the report"); }

}  // namespace foreshock
