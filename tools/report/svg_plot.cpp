#include "tools/report/svg_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/report/svg_axis.h"

namespace foreshock {
namespace {

constexpr size_t kMostPoints = 300;  // of a line; a band has twice as many
constexpr double kStrip = 76, kGap = 22, kTop = 10, kBottom = 26, kCap = 4;
constexpr double kLane = 26;
constexpr double kFine = 2;  // lines are drawn in half pixels, as whole numbers: fewer bytes

// As much of a name as the left margin holds.
std::string shortened(const std::string& name) {
    constexpr size_t kMost = 24;
    if (name.size() <= kMost) return html_escaped(name);
    size_t cut = kMost - 1;
    while (cut > 0 && (static_cast<unsigned char>(name[cut]) & 0xc0) == 0x80) --cut;  // not inside a character
    return html_escaped(name.substr(0, cut)) + "…";
}

// Numbers of one strip to places on it.
struct Scale {
    double top = 1;  // number at the upper edge
    double y = 0;    // of the upper edge
    long at(double x) const { return std::lround(kFine * (y + kStrip * (1 - std::clamp(x / top, 0.0, 1.0)))); }
};

struct Dot {
    long x, y;
};

// "M1 2l3 4 5 6": relative steps are short.
void append_line(std::string& out, const std::vector<Dot>& dots, bool joined) {
    if (dots.empty()) return;
    out += fmt::format("{}{} {}", joined ? 'L' : 'M', dots[0].x, dots[0].y);
    for (size_t i = 1; i < dots.size(); ++i) {
        out += fmt::format("{}{} {}", i == 1 ? "l" : " ", dots[i].x - dots[i - 1].x, dots[i].y - dots[i - 1].y);
    }
}

// The known ranges of a track as stretches without a gap. Rows that come once a minute leave stretches empty between
// them: that is no gap, so gaps are judged by how far apart numbers usually are.
std::vector<std::vector<size_t>> stretches(const std::vector<Range>& ranges) {
    std::vector<size_t> known, steps;
    for (size_t i = 0; i < ranges.size(); ++i) {
        if (ranges[i].n != 0) known.push_back(i);
    }
    for (size_t i = 1; i < known.size(); ++i) steps.push_back(known[i] - known[i - 1]);
    size_t usual = 1;
    if (!steps.empty()) {
        std::ranges::nth_element(steps, steps.begin() + static_cast<ptrdiff_t>(steps.size() / 2));
        usual = steps[steps.size() / 2];
    }
    std::vector<std::vector<size_t>> out;
    for (const size_t i : known) {
        if (out.empty() || i - out.back().back() > 3 * usual) out.emplace_back();
        out.back().push_back(i);
    }
    return out;
}

// What is drawn of a track, and where on the axis of time.
class Drawing {
public:
    Drawing(const Timeline& timeline, const Span& shown) : timeline_(timeline), axis_(shown) {
        first_ = bucket(shown.start);
        last_ = bucket(shown.end - Micros{1}) + 1;
    }

    Track::Slice slice(const Track& track) const { return track.slice(first_, last_, kMostPoints); }

    std::string line(const Track::Slice& slice, const Scale& scale, const std::string& tone) const {
        std::string path;
        for (const auto& stretch : stretches(slice.ranges)) {
            std::vector<Dot> dots;
            for (const size_t i : stretch) dots.push_back({x(slice, i), scale.at(slice.ranges[i].mean)});
            if (dots.size() == 1) dots.push_back({dots[0].x + 1, dots[0].y});
            append_line(path, dots, false);
        }
        return path.empty() ? path : fmt::format("<path class=\"line {}\" d=\"{}\"/>", tone, path);
    }

    std::string band(const Track::Slice& slice, const Scale& scale, const std::string& tone) const {
        std::string path;
        for (const auto& stretch : stretches(slice.ranges)) {
            std::vector<Dot> above, below;
            for (const size_t i : stretch) {
                above.push_back({x(slice, i), scale.at(slice.ranges[i].max)});
                below.push_back({above.back().x, scale.at(slice.ranges[i].min)});
            }
            std::ranges::reverse(below);
            append_line(path, above, false);
            append_line(path, below, true);
            path += 'Z';
        }
        return path.empty() ? path : fmt::format("<path class=\"band {}\" d=\"{}\"/>", tone, path);
    }

private:
    size_t bucket(EventTime t) const {
        return t <= timeline_.start() ? 0 : static_cast<size_t>((t - timeline_.start()) / timeline_.bucket_length());
    }
    long x(const Track::Slice& slice, size_t i) const {
        const Micros step = timeline_.bucket_length();
        const auto left = static_cast<int64_t>(slice.first + i * slice.group);
        return std::lround(kFine *
                           axis_.x(timeline_.start() + step * left + step * static_cast<int64_t>(slice.group) / 2));
    }

    const Timeline& timeline_;
    TimeAxis axis_;
    size_t first_ = 0, last_ = 0;
};

double upper_end(const Strip& s, double greatest, const Track::Slice& baseline) {
    double top = greatest;
    for (const Range& r : baseline.ranges) top = std::max<double>(top, r.mean);
    if (!std::isnan(s.bound)) top = std::max(top, s.bound * 1.1);
    if (!std::isnan(s.at_most)) top = std::min(top, s.at_most);
    return s.unit == Unit::percent && top > 0.5 && top <= 1.1 ? 1.1 : round_up(top);
}

std::string frame(const Strip& s, const Scale& scale) {
    const double top = s.unit == Unit::percent && scale.top == 1.1 ? 1.0 : scale.top;
    std::string out;
    for (const double number : {0.0, top / 2, top}) {
        const double y = static_cast<double>(scale.at(number)) / kFine;
        out += fmt::format("<path class=\"grid\" d=\"M{:.0f} {:.1f}h{:.0f}\"/>", Frame::kLeft, y, Frame::kPlot);
        if (number > 0) {
            out += fmt::format("<text class=\"axis\" x=\"{:.0f}\" y=\"{:.1f}\">{}</text>", Frame::kLeft - 6, y + 3.5,
                               unit_text(number, s.unit));
        }
    }
    return out;
}

std::string words(const Strip& s, const Scale& scale, double greatest) {
    std::string out =
        fmt::format("<text class=\"title\" x=\"0\" y=\"{:.0f}\">{}</text>", scale.y + 12, shortened(s.title));
    out += fmt::format("<text class=\"note\" x=\"0\" y=\"{:.0f}\">{}</text>", scale.y + 28, shortened(s.note));
    const double right = Frame::kLeft + Frame::kPlot + 8;
    out += fmt::format(
        "<text class=\"note\" x=\"{:.0f}\" y=\"{:.0f}\">peak</text><text class=\"peak\" x=\"{:.0f}\" "
        "y=\"{:.0f}\">{}</text>",
        right, scale.y + 12, right, scale.y + 28, html_escaped(unit_text(greatest, s.unit, s.currency)));
    return out;
}

std::string bound_line(const Strip& s, const Scale& scale) {
    if (std::isnan(s.bound)) return {};
    return fmt::format("<path class=\"bound\" d=\"M{:.0f} {:.1f}h{:.0f}\"/>", Frame::kLeft,
                       static_cast<double>(scale.at(s.bound)) / kFine, Frame::kPlot);
}

std::string shades(const TimeAxis& axis, const Shading& shading, double y, double height) {
    std::string out;
    const TimeWords words = axis.words();
    const auto add = [&](const std::vector<Span>& spans, const char* tone, const char* what) {
        for (const Span& span : spans) {
            const std::string end = span.end == kEndOfTime ? "the end" : words.when(span.end);
            out += axis.shade(span, tone, y, height, fmt::format("{}: {} to {}", what, words.when(span.start), end));
        }
    };
    add(shading.spikes, "spike", "Demand above its usual");
    add(shading.warnings, "warning", "Warning open");
    add(shading.breaches, "breach", "Promise broken");
    return out;
}

std::string open_svg(double height, const std::string& label) {
    return fmt::format("<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">", Frame::kWidth, height,
                       html_escaped(label));
}

}  // namespace

std::string strips_svg(const std::vector<Strip>& strips, const Timeline& timeline, const Span& shown,
                       const Shading& shading, const std::string& label) {
    const TimeAxis axis(shown);
    const Drawing drawing(timeline, shown);
    const double inner = static_cast<double>(strips.size()) * (kStrip + kGap) - kGap;
    std::string out = open_svg(kTop + inner + kBottom, label);
    out += axis.ticks(kTop, inner);
    out += shades(axis, shading, kTop, inner);
    out += "<g class=\"lane\">" + shades(axis, shading, kTop - kCap, kCap) + "</g>";
    double y = kTop;
    for (const Strip& s : strips) {
        const auto track = drawing.slice(*s.track);
        const auto baseline = s.baseline == nullptr ? Track::Slice{} : drawing.slice(*s.baseline);
        const double greatest = track.greatest();
        const Scale scale{upper_end(s, greatest, baseline), y};
        out += frame(s, scale);
        out += fmt::format("<g transform=\"scale({})\">", 1 / kFine);
        out += drawing.band(track, scale, s.tone) + drawing.line(baseline, scale, "usual");
        out += drawing.line(track, scale, s.tone) + "</g>";
        out += bound_line(s, scale) + words(s, scale, greatest);
        y += kStrip + kGap;
    }
    return out + "</svg>\n";
}

std::string lanes_svg(const std::vector<Lane>& lanes, const Span& all) {
    const TimeAxis axis(all);
    const double inner = static_cast<double>(lanes.size()) * kLane;
    std::string out =
        open_svg(kTop + inner + kBottom, "Spikes, warnings and broken promises of each service over time");
    out += axis.ticks(kTop, inner);
    double y = kTop;
    for (const Lane& lane : lanes) {
        out += fmt::format("<a href=\"{}\"><text class=\"title\" x=\"0\" y=\"{:.0f}\">{}</text></a>",
                           html_escaped(lane.link), y + kLane / 2 + 4, shortened(lane.name));
        out += fmt::format("<path class=\"grid\" d=\"M{:.0f} {:.1f}h{:.0f}\"/>", Frame::kLeft, y + kLane / 2,
                           Frame::kPlot);
        out += "<g class=\"lane\">" + shades(axis, lane.shading, y + 6, kLane - 12) + "</g>";
        y += kLane;
    }
    return out + "</svg>\n";
}

}  // namespace foreshock
