#include "tools/scenario/series.h"

#include <algorithm>

#include "rules/values.h"

namespace foreshock {
namespace {

constexpr std::string_view kScatter = "\u00b1";  // the sign ±

// Reads one series; `spec` is filled as far as the words are good.
class SeriesReader {
public:
    SeriesReader(const std::vector<Word>& words, const std::string& file, Diagnostics& problems) : in_(words, file, problems) {}

    SeriesSpec raw(std::string text);
    SeriesSpec events();

private:
    void modifier(SeriesSpec& spec);
    bool trait(Traits& traits, const Word& name);
    void segments(std::vector<Segment>& into, const Traits& head, bool nested);
    void repeated(std::vector<Segment>& into, const Traits& head);
    void segment(std::vector<Segment>& into, const Traits& head);
    void overrides(Traits& traits);

    double number(const Word& w, std::string_view text, std::string_view unit);
    Course course(std::string_view unit);
    double share_or_all();
    double share(const Word& w);
    Micros duration(std::string_view what);
    double duration_ms(const Word& w, std::string_view text);
    bool is_metric_ = false;
    WordReader in_;
};

double SeriesReader::share(const Word& w) {
    const auto x = parse_share(w.text);
    if (!x || *x < 0 || *x > 1) in_.fail(w, "'" + w.text + "' is no share", "such as 2% or 0.02");
    return x.value_or(0);
}

double SeriesReader::share_or_all() {
    in_.take_if("share");
    const std::string& next = in_.peek().text;
    return !in_.at_end() && next.ends_with('%') ? share(in_.take("a share")) : 1;
}

Micros SeriesReader::duration(std::string_view what) {
    const Word& w = in_.take(what);
    const auto d = parse_duration(w.text);
    if (in_.ok() && !d) in_.fail(w, "'" + w.text + "' is no duration", "such as 90s, 5m or 1h30m");
    return d.value_or(Micros{0});
}

double SeriesReader::duration_ms(const Word& w, std::string_view text) {
    const auto d = parse_duration(text);
    if (!d) in_.fail(w, "'" + w.text + "' is no duration", "such as 90ms or 1.5s");
    return static_cast<double>(d.value_or(Micros{0}).count()) / 1000;
}

// A plain number, a share ("%"), a duration ("ms") or a rate ("/s"): 20/s, 3/m, 100/h.
double SeriesReader::number(const Word& w, std::string_view text, std::string_view unit) {
    if (unit == "ms") return duration_ms(w, text);
    double scale = 1;
    if (unit == "/s") {
        const size_t slash = text.find('/');
        const std::string_view per = slash == text.npos ? "" : text.substr(slash + 1);
        scale = per == "s" ? 1 : per == "m" ? 60 : per == "h" ? 3600 : 0;
        if (scale == 0) {
            in_.fail(w, "'" + w.text + "' is no rate", "such as 20/s, 3/m or 100/h");
            return 0;
        }
        text = text.substr(0, slash);
    }
    const auto x = unit == "%" ? parse_share(text) : parse_number(text);
    if (!x) in_.fail(w, "'" + w.text + "' is no number");
    return x.value_or(0) / scale;
}

// `40`, `40±10%`, `40 rising to 120`.
Course SeriesReader::course(std::string_view unit) {
    Course c;
    const Word w = in_.take("a number");
    if (!in_.ok()) return c;
    std::string_view text = w.text;
    if (const size_t sign = text.find(kScatter); sign != text.npos) {
        const auto scatter = parse_share(text.substr(sign + kScatter.size()));
        if (!scatter || *scatter < 0 || *scatter > 1) in_.fail(w, "'" + w.text + "': a share follows the sign", "such as 40\u00b110%");
        c.scatter = scatter.value_or(0);
        text = text.substr(0, sign);
    }
    c.from = c.to = number(w, text, unit);
    if (!(in_.peek().is("rising") || in_.peek().is("falling")) || !in_.peek(1).is("to")) return c;
    in_.skip();
    in_.skip();
    const Word& end = in_.take("a number");
    if (in_.ok()) c.to = number(end, end.text, unit);
    return c;
}

// What may stand both in a head and after `with`. False: no such word.
bool SeriesReader::trait(Traits& t, const Word& name) {
    const auto dimension = [&](const std::string& of) {
        DimensionShare d{of, in_.take("a value of " + of).text, 1};
        d.share = share_or_all();
        t.dimensions.push_back(std::move(d));
    };
    if (name.is("late")) {
        t.late = duration("a duration");
        t.late_share = share_or_all();
    } else if (name.is("host")) {
        t.hosts.clear();
        std::string rest = in_.take("a host").text;
        for (size_t bar; (bar = rest.find('|')) != rest.npos; rest.erase(0, bar + 1)) t.hosts.push_back(rest.substr(0, bar));
        t.hosts.push_back(rest);
    } else if (is_metric_ && name.is("label")) {
        const std::string label = in_.take("the name of a label").text;
        t.labels[label] = in_.take("a value of " + label).text;
    } else if (is_metric_ && name.is("limit")) {
        t.limit = course("");
    } else if (!is_metric_ && name.is("value")) {
        t.value = course("");
        const std::string& next = in_.peek().text;
        if (next.size() == 3 && std::ranges::all_of(next, [](char c) { return c >= 'A' && c <= 'Z'; })) t.currency = in_.take("").text;
    } else if (!is_metric_ && name.is("duration")) {
        t.duration_ms = course("ms");
    } else if (!is_metric_ && name.is("errors")) {
        t.errors = course("%");
    } else if (!is_metric_ && (name.is("campaign") || name.is("channel"))) {
        dimension(name.text);
    } else if (!is_metric_ && name.is("dimension")) {
        dimension(std::string(in_.take("the name of a dimension").text));
    } else {
        return false;
    }
    return true;
}

void SeriesReader::modifier(SeriesSpec& spec) {
    const Word name = in_.take("a modifier");
    if (trait(spec.traits, name)) return;
    if (name.is("partition")) {
        const Word& w = in_.take("a number");
        const auto n = parse_integer(w.text);
        if (!n || *n < 0 || *n > 63) in_.fail(w, "'" + w.text + "' is no partition", "0 to 63");
        spec.partition = static_cast<uint32_t>(n.value_or(0));
    } else if (name.is("clock")) {
        const Word& w = in_.take("how far the clock is ahead");
        const bool behind = w.text.starts_with('-');
        const auto d = parse_duration(std::string_view(w.text).substr(behind || w.text.starts_with('+') ? 1 : 0));
        if (!d) in_.fail(w, "'" + w.text + "' is no duration", "such as +75s or -20s");
        spec.clock = behind ? -d.value_or(Micros{0}) : d.value_or(Micros{0});
    } else if (name.is("summary")) {
        spec.summary = duration("the interval of a row");
        if (in_.ok() && spec.summary < std::chrono::seconds{1}) in_.fail(name, "a row covers at least one second");
    } else if (is_metric_ && name.is("every")) {
        spec.every = duration("the time between two samples");
        if (in_.ok() && spec.every < std::chrono::milliseconds{10}) in_.fail(name, "samples are at least 10ms apart");
    } else if (is_metric_ && name.is("service")) {
        spec.service = in_.take("a service").text;
    } else {
        in_.fail(name, "'" + name.text + "' is no modifier of " + (is_metric_ ? "a metric" : "transactions"),
                 is_metric_ ? "one of limit, every, host, label, service, late, clock, summary, partition"
                            : "one of value, duration, errors, campaign, channel, dimension, host, late, clock, summary, partition");
    }
}

void SeriesReader::overrides(Traits& traits) {
    traits.dimensions.clear();
    do {
        const Word name = in_.take("what changes");
        if (in_.ok() && !trait(traits, name)) in_.fail(name, "'" + name.text + "' cannot change within a series");
    } while (in_.ok() && !in_.at_end() && !in_.peek().is(",") && !in_.peek().is("]"));
}

void SeriesReader::segment(std::vector<Segment>& into, const Traits& head) {
    Segment s;
    s.traits = head;
    const std::string_view unit = is_metric_ ? "" : "/s";
    const Word first = in_.peek();
    if (in_.take_if("gap")) {
        s.kind = Segment::Kind::gap;
        s.length = duration("a duration");
    } else if (!is_metric_ && in_.peek(1).is("at") && in_.peek(2).is("once")) {
        const auto n = parse_integer(in_.take("").text);
        if (!n || *n < 1) in_.fail(first, "'" + first.text + "' is no count");
        s.kind = Segment::Kind::burst;
        s.count = static_cast<uint64_t>(n.value_or(0));
        in_.skip();
        in_.skip();
    } else {
        const bool on = (first.is("rising") || first.is("falling")) && !into.empty();
        if (on) {
            for (const Segment& before : into)
                if (before.kind == Segment::Kind::course || before.kind == Segment::Kind::smooth) s.course = before.course;
            s.course.from = s.course.to;
            in_.skip();
            if (!in_.take_if("to")) in_.fail(in_.peek(), "expected 'to' here");
            const Word& end = in_.take("a number");
            if (in_.ok()) s.course.to = number(end, end.text, unit);
        } else {
            s.course = course(unit);
        }
        if (in_.take_if("smoothly")) s.kind = Segment::Kind::smooth;
        const Word& link = in_.take("'for' or 'over' and a duration");
        if (in_.ok() && !link.is("for") && !link.is("over")) in_.fail(link, "expected 'for' or 'over' and a duration, not '" + link.text + "'");
        s.length = duration("a duration");
    }
    if (in_.take_if("with")) {
        const auto inherited = s.traits.dimensions;
        overrides(s.traits);
        if (s.traits.dimensions.empty()) s.traits.dimensions = inherited;
    }
    into.push_back(std::move(s));
}

// `[20/s for 12h, 40/s for 12h] x 3`.
void SeriesReader::repeated(std::vector<Segment>& into, const Traits& head) {
    std::vector<Segment> once;
    segments(once, head, true);
    if (in_.ok() && !in_.take_if("]")) in_.fail(in_.peek(), "expected ']' here");
    if (in_.ok() && !in_.take_if("x")) in_.fail(in_.peek(), "expected 'x' and how often here");
    const Word& w = in_.take("how often");
    const auto n = parse_integer(w.text);
    if (in_.ok() && (!n || *n < 1 || *n > 10000)) in_.fail(w, "'" + w.text + "' is no number of times", "1 to 10000");
    for (int64_t i = 0; in_.ok() && i < *n; ++i) into.insert(into.end(), once.begin(), once.end());
}

void SeriesReader::segments(std::vector<Segment>& into, const Traits& head, bool nested) {
    do {
        if (in_.take_if("[")) repeated(into, head);
        else segment(into, head);
    } while (in_.ok() && in_.take_if(","));
    if (in_.ok() && !nested && !in_.at_end()) in_.fail(in_.peek(), "expected ',' before '" + in_.peek().text + "'");
}

SeriesSpec SeriesReader::events() {
    SeriesSpec spec;
    spec.line = in_.peek().line;
    spec.name = in_.take("a service or resource").text;
    const Word& what = in_.take("'transactions' or a metric");
    is_metric_ = !what.is("transactions");
    if (is_metric_) {
        spec.kind = SeriesSpec::Kind::metric;
        spec.metric = what.text;
    }
    while (in_.ok() && !in_.take_if(":")) {
        if (in_.at_end()) (void)in_.take("':' and what the series does");
        else if (!in_.take_if(",")) modifier(spec);
    }
    if (in_.ok()) segments(spec.segments, spec.traits, false);
    return spec;
}

SeriesSpec SeriesReader::raw(std::string text) {
    SeriesSpec spec;
    spec.kind = SeriesSpec::Kind::raw;
    spec.line = in_.peek().line;
    spec.text = std::move(text);
    in_.skip();
    while (in_.ok() && !in_.at_end() && !in_.take_if(":")) {
        const Word word = in_.peek();
        if (in_.take_if("at")) {
            spec.at = duration("when it arrives");
        } else if (word.is("partition")) {
            modifier(spec);
        } else {
            in_.fail(word, "'" + word.text + "' is no modifier of a raw record", "at or partition");
        }
    }
    return spec;
}

}  // namespace

SeriesSpec parse_series(const std::vector<Word>& words, const std::string& raw_text, const std::string& file, Diagnostics& problems) {
    SeriesReader reader(words, file, problems);
    return !words.empty() && words[0].is("raw") ? reader.raw(raw_text) : reader.events();
}

}  // namespace foreshock
