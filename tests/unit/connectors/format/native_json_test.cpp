#include "connectors/format/native_json.h"

#include <algorithm>
#include <cmath>

#include "tests/support/catch.h"
#include "tests/unit/connectors/format/decoded.h"

using namespace foreshock;
using namespace foreshock::test;

namespace {

constexpr int64_t kNine = 1'795'165'200'000'000;  // 2026-11-20T09:00:00Z

}  // namespace

TEST_CASE("a transaction becomes an event with all its fields") {
    const Decoded d = decode(R"({"ts":"2026-11-20T09:00:00.123Z","type":"transaction","id":"0193","service":"checkout",)"
                             R"("channel":"web","campaign":"bf26","value":129.95,"currency":"EUR","duration_ms":143.2,)"
                             R"("outcome":"ok","user":"u-48213","host":"web-17"})");
    const Event& e = d.event();
    CHECK(e.kind == EventKind::transaction);
    CHECK(e.ts_us == kNine + 123'000);
    CHECK(d.service() == "checkout");
    CHECK(d.host() == "web-17");
    CHECK(e.value_micro == 129'950'000);
    CHECK(e.currency == ('E' << 16 | 'U' << 8 | 'R'));
    CHECK_FALSE(e.failed);
    CHECK(e.has_latency);
    CHECK(e.latency == Histogram::bucket_of(143.2f));
    CHECK(e.partition == 3);
    CHECK(d.dimension(0) == "bf26");
    CHECK(d.dimension(1) == "web");
    CHECK(d.names.text(NameSpace::dimension_value, e.dimensions[0]) == std::string("0\x1f") + "bf26");
    CHECK(d.batch.bad.empty());
}

TEST_CASE("a transaction needs no more than time, type and service") {
    const Decoded d = decode(R"({"ts":1795165200,"type":"transaction","service":"s"})");
    CHECK(d.event().ts_us == kNine);
    CHECK(d.event().value_micro == 0);
    CHECK(d.event().currency == 0);
    CHECK_FALSE(d.event().failed);
    CHECK_FALSE(d.event().has_latency);
    CHECK(d.event().host == kNoName);
}

TEST_CASE("a summarised row stands at the end of its interval") {
    const Decoded d = decode(R"({"ts":"2026-11-20T09:00:00Z","type":"transactions","service":"checkout","interval_s":60,)"
                             R"("count":811,"value":95211.40,"errors":3,"p50_ms":90,"p95_ms":212})");
    CHECK(d.event().kind == EventKind::summary);
    CHECK(d.event().ts_us == kNine + 60'000'000);
    CHECK(d.event().value_micro == 95'211'400'000);
    const Summary& s = d.batch.summaries.at(d.event().detail);
    CHECK(s.count == 811);
    CHECK(s.failed == 3);
    CHECK(s.interval_us == 60'000'000);
    CHECK(s.p50_ms == 90);
    CHECK(s.p75_ms == -1);
    CHECK(s.p90_ms == -1);
    CHECK(s.p95_ms == 212);
    CHECK(s.p99_ms == -1);
}

TEST_CASE("a summarised row without a count may bring quantiles") {
    const Decoded d = decode(R"({"ts":0.0e0,"ts":1,"type":"transactions","service":"s","interval_s":1,"p99_ms":7.5})");
    CHECK(d.bad().reason == DropReason::absurd_time);  // the first ts counts
    const Decoded e = decode(R"({"ts":1795165200,"type":"transactions","service":"s","interval_s":0.5,"p99_ms":"7.5"})");
    CHECK(e.batch.summaries.at(0).count == 0);
    CHECK(e.batch.summaries.at(0).p99_ms == 7.5);
    CHECK(e.event().ts_us == kNine + 500'000);
}

TEST_CASE("a metric becomes a sample of one instance") {
    const Decoded d = decode(R"({"ts":"2026-11-20T09:00:00Z","type":"metric","resource":"db-1","host":"ip-10-0-3-7",)"
                             R"("service":"checkout","metric":"connections_used","value":412,"limit":600})");
    const MetricSample& m = d.batch.metrics.at(d.event().detail);
    CHECK(d.event().kind == EventKind::metric);
    CHECK(d.event().ts_us == kNine);
    CHECK(d.service() == "checkout");
    CHECK(d.host() == "ip-10-0-3-7");
    CHECK(m.value == 412);
    CHECK(m.max == 412);
    CHECK(m.limit == 600);
    CHECK(m.interval_us == 0);
    CHECK(d.instance().service == "checkout");
    CHECK(d.instance().resource == "db-1");
    CHECK(d.instance().metric == "connections_used");
    CHECK(d.instance().host == "ip-10-0-3-7");
}

TEST_CASE("a metric needs no service, host or limit, and may be summarised") {
    const Decoded d = decode(R"({"ts":1795165200,"type":"metric","resource":"r","metric":"m","value":-1.5,"interval_s":60,"max":3})");
    const MetricSample& m = d.batch.metrics.at(0);
    CHECK(d.event().ts_us == kNine + 60'000'000);
    CHECK(d.event().service == kNoName);
    CHECK(m.value == -1.5);
    CHECK(m.max == 3);
    CHECK(m.interval_us == 60'000'000);
    CHECK(std::isnan(m.limit));
    CHECK(d.instance().service.empty());
    CHECK(d.instance().host.empty());
}

TEST_CASE("a limit of zero or below is none, and the maximum is not below the mean") {
    const std::string limit = GENERATE("0", "-1", "\"-0.5\"", "null");
    const Decoded d = decode(R"({"ts":1795165200,"type":"metric","resource":"r","metric":"m","value":5,"max":4,"limit":)" + limit + "}");
    CHECK(std::isnan(d.batch.metrics.at(0).limit));
    CHECK(d.batch.metrics.at(0).max == 5);
}

TEST_CASE("every order of the fields means the same") {
    std::vector<std::string> fields{R"("ts":1795165200)", R"("type":"transaction")", R"("service":"s")", R"("value":1.5)",
                                    R"("host":"h")", R"("extra":{"a":[1,{"b":"}"}]})", R"("campaign":"c")"};
    std::sort(fields.begin(), fields.end());
    std::vector<std::string> records;
    do {
        std::string record = "{";
        for (const std::string& f : fields) record += (record.size() > 1 ? "," : "") + f;
        records.push_back(record + "}");
    } while (std::next_permutation(fields.begin(), fields.end()));
    const Decoded d = decode_all(records);
    REQUIRE(d.batch.events.size() == 5040);
    for (const Event& e : d.batch.events) {
        REQUIRE(e.ts_us == kNine);
        REQUIRE(e.value_micro == 1'500'000);
        REQUIRE(e.service == d.event().service);
        REQUIRE(e.host == d.event().host);
        REQUIRE(e.dimensions == d.event().dimensions);
    }
}

TEST_CASE("space between the tokens means nothing") {
    const Decoded d = decode(" {\r\n\t\"ts\" : 1795165200 ,\n \"type\" :\t\"transaction\" , \"service\":\"s\"\n, \"value\" : 1.5 } \n");
    CHECK(d.event().value_micro == 1'500'000);
    CHECK(d.service() == "s");
}

TEST_CASE("money is exact to six decimals, half away from zero beyond") {
    const auto [text, micro] = GENERATE(table<std::string, int64_t>({
        {"0", 0}, {"-0", 0}, {"1", 1'000'000}, {"0.1", 100'000}, {"129.95", 129'950'000}, {"-12.5", -12'500'000},
        {"0.000001", 1}, {"0.0000005", 1}, {"-0.0000005", -1}, {"0.0000004999999999999999999999", 0},
        {"1.0000005", 1'000'001}, {"1e2", 100'000'000}, {"1E+2", 100'000'000}, {"12e-1", 1'200'000}, {"5e-7", 1}, {"4e-7", 0},
        {"1e-400", 0}, {"9007199254.740993", 9'007'199'254'740'993}, {"99999999", 99'999'999'000'000},
        {"1234567", 1'234'567'000'000}, {"0.123456", 123'456}, {"9223372036854.775807", INT64_MAX},
        {"9223372036854.1234565", 9'223'372'036'854'123'457}, {"0.00000000000000000000000001", 0},
        {"123.4560000000000000000000000", 123'456'000}, {"\"19.99\"", 19'990'000}, {"\"-1e1\"", -10'000'000},
        {"\"\\u0031.5\"", 1'500'000}}));
    const Decoded d = decode(transaction_with("value", text));
    INFO(text);
    CHECK(d.event().value_micro == micro);
}

TEST_CASE("numbers that are none, or that nothing can hold") {
    const std::string text = GENERATE("\"\"", "\"x\"", "\" 1\"", "\"+1\"", "\"NaN\"", "\"Infinity\"", "\"1.\"", "\".5\"",
                                      "\"0x10\"", "\"1,5\"", "\"1e\"", "\"--1\"", "01", "-", "1.", "1e", "1.5.2", "-01", "00", "1-2",
                                      "9223372036855", "1e30", "-1e15", "true", "{}", "[]", "[1]");
    const Decoded d = decode(transaction_with("value", text));
    INFO(text);
    CHECK(d.batch.events.empty());
    CHECK(d.bad().reason == DropReason::wrong_type);
    CHECK(d.bad().what.substr(0, 7) == "value: ");
}

TEST_CASE("times in every form") {
    const auto [text, us] = GENERATE(table<std::string, int64_t>({
        {R"("2026-11-20T09:00:00Z")", 0}, {R"("2026-11-20T09:00:00.5Z")", 500'000}, {R"("2026-11-20T09:00:00.123456Z")", 123'456},
        {R"("2026-11-20T09:00:00.123456789Z")", 123'456}, {R"("2026-11-20T11:00:00+02:00")", 0},
        {R"("2026-11-20T03:30:00-0530")", 0}, {R"("2026-11-20 10:00:00+01")", 0}, {R"("2026-11-20t09:00:00z")", 0},
        {R"("2026-11-20T08:59:60Z")", 0}, {R"("2026-11-20T09:00:00,25Z")", 250'000}, {"1795165200", 0}, {"1795165200123", 123'000},
        {"1795165200123456", 123'456}, {"1795165200123456789", 123'456}, {"\"1795165200\"", 0}, {"1795165200.25", 250'000},
        {"1795165200123.5", 123'500}, {"\"1795165200.000001\"", 1}, {"1.7951652e9", 0}, {"1795165200123456.4", 123'456},
        {R"("2026-11-20T09:00:00\u002e5Z")", 500'000}}));
    const Decoded d = decode(transaction_with("ts", text));
    INFO(text);
    REQUIRE(d.batch.events.size() == 1);
    CHECK(d.event().ts_us == kNine + us);
}

TEST_CASE("texts that are no time") {
    const std::string text = GENERATE(
        "\"\"", "\"now\"", "\"2026-11-20\"", "\"2026-11-20T09:00:00\"", "\"2026-11-20T9:00:00Z\"", "\"2026-13-20T09:00:00Z\"",
        "\"2026-02-29T09:00:00Z\"", "\"2026-11-20T24:00:00Z\"", "\"2026-11-20T09:60:00Z\"", "\"2026-11-20T09:00:61Z\"",
        "\"2026-11-20T09:00:00.Z\"", "\"2026-11-20T09:00:00.1x3Z\"", "\"2026-11-20T09:00:0aZ\"", "\"2026-11-20T09-00-00Z\"",
        "\"2026-11-20T09:00:00+2\"", "\"2026-11-20T09:00:00+25:00\"", "\"2026-11-20T09:00:00Z \"", "\" 2026-11-20T09:00:00Z\"",
        "\"2026-11-2XT09:00:00Z\"", "\"2026/11/20T09:00:00Z\"", "true", "{}", "[1795165200]", "17951652oo");
    const Decoded d = decode(transaction_with("ts", text));
    INFO(text);
    CHECK(d.bad().reason == DropReason::wrong_type);
    CHECK(d.bad().what == "ts: not a time");
}

TEST_CASE("times far away") {
    const std::string text = GENERATE("0", "-1", "631151999", "4102444800", "1e25", "-1e300", "\"1970-01-01T00:00:00Z\"",
                                      "\"2100-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59Z\"", "\"0000-01-01T00:00:00Z\"",
                                      "9223372036854775807", "99999999999999999999");
    const Decoded d = decode(transaction_with("ts", text));
    INFO(text);
    CHECK(d.bad().reason == DropReason::absurd_time);
    CHECK(decode(transaction_with("ts", "631152000")).batch.events.size() == 1);
    CHECK(decode(transaction_with("ts", "4102444799")).batch.events.size() == 1);
}

TEST_CASE("a row that would end after 2100") {
    const Decoded d = decode(R"({"ts":4102444799,"type":"transactions","service":"s","interval_s":60})");
    CHECK(d.bad().reason == DropReason::absurd_time);
}

TEST_CASE("fields that are missing are named") {
    const auto [record, what] = GENERATE(table<std::string, std::string>({
        {R"({})", "type: missing"},
        {R"({"type":null})", "type: missing"},
        {R"({"type":"","ts":1})", "type: missing"},
        {R"({"type":"transaction","service":"s"})", "ts: missing"},
        {R"({"type":"transaction","service":"s","ts":null})", "ts: missing"},
        {R"({"type":"transaction","ts":1795165200})", "service: missing"},
        {R"({"type":"transaction","ts":1795165200,"service":""})", "service: missing"},
        {R"({"type":"transactions","ts":1795165200,"interval_s":60})", "service: missing"},
        {R"({"type":"transactions","ts":1795165200,"service":"s","count":1})", "interval_s: missing"},
        {R"({"type":"metric","ts":1795165200,"metric":"m","value":1})", "resource: missing"},
        {R"({"type":"metric","ts":1795165200,"resource":"r","value":1})", "metric: missing"},
        {R"({"type":"metric","ts":1795165200,"resource":"r","metric":"m"})", "value: missing"},
        {R"({"type":"metric","ts":1795165200,"resource":"r","metric":"m","value":null})", "value: missing"}}));
    const Decoded d = decode(record);
    INFO(record);
    CHECK(d.bad().reason == DropReason::missing_field);
    CHECK(d.bad().what == what);
    CHECK(d.bad().bytes == record);
    CHECK(d.bad().partition == 3);
    CHECK(d.bad().offset == 0);
}

TEST_CASE("fields of a wrong type are named") {
    const auto [name, value, what] = GENERATE(table<std::string, std::string, std::string>({
        {"type", "1", "type: not a text"},
        {"type", "[]", "type: not a text"},
        {"service", "12", "service: not a text"},
        {"service", "{\"a\":1}", "service: not a text"},
        {"service", "\"" + std::string(257, 'x') + "\"", "service: longer than 256 bytes"},
        {"service", "\"a\\u001fb\"", "service: holds U+001F"},
        {"host", "true", "host: not a text"},
        {"currency", "978", "currency: not a text"},
        {"currency", "\"EURO\"", "currency: not three letters"},
        {"currency", "\"E R\"", "currency: not three letters"},
        {"outcome", "false", "outcome: not a text"},
        {"duration_ms", "-1", "duration_ms: negative"},
        {"duration_ms", "\"fast\"", "duration_ms: not a number"},
        {"duration_ms", "1e999", "duration_ms: too large"},
        {"campaign", "{}", "campaign: not a text"}}));
    const Decoded d = decode(transaction_with(name, value));
    INFO(name << " " << value);
    CHECK(d.bad().reason == DropReason::wrong_type);
    CHECK(d.bad().what == what);
}

TEST_CASE("rows of a wrong type are named") {
    const auto [fields, what] = GENERATE(table<std::string, std::string>({
        {R"("type":"transactions","service":"s","interval_s":0)", "interval_s: not above zero and at most 31 days"},
        {R"("type":"transactions","service":"s","interval_s":-60)", "interval_s: not above zero and at most 31 days"},
        {R"("type":"transactions","service":"s","interval_s":1e9)", "interval_s: not above zero and at most 31 days"},
        {R"("type":"transactions","service":"s","interval_s":"minute")", "interval_s: not a number"},
        {R"("type":"transactions","service":"s","interval_s":60,"count":-1)", "count: not a count"},
        {R"("type":"transactions","service":"s","interval_s":60,"count":1.5)", "count: not a count"},
        {R"("type":"transactions","service":"s","interval_s":60,"count":1,"errors":2)", "errors: more than count"},
        {R"("type":"transactions","service":"s","interval_s":60,"p95_ms":-3)", "p95_ms: negative"},
        {R"("type":"metric","resource":"r","metric":"m","value":"NaN")", "value: not a number"},
        {R"("type":"metric","resource":"r","metric":"m","value":"+Inf")", "value: not a number"},
        {R"("type":"metric","resource":"r","metric":"m","value":"nan")", "value: not a number"},
        {R"("type":"metric","resource":"r","metric":"m","value":1e400)", "value: too large"},
        {R"("type":"metric","resource":"r","metric":"m","value":1,"limit":"none")", "limit: not a number"},
        {R"("type":"metric","resource":"r","metric":"m","value":1,"max":[])", "max: not a number"},
        {R"("type":"metric","resource":7,"metric":"m","value":1)", "resource: not a text"},
        {R"("type":"metric","resource":"r","metric":"m\u001f","value":1)", "metric: holds U+001F"}}));
    const Decoded d = decode(R"({"ts":1795165200,)" + fields + "}");
    INFO(fields);
    CHECK(d.batch.events.empty());
    CHECK(d.batch.summaries.empty());
    CHECK(d.batch.metrics.empty());
    CHECK(d.bad().reason == DropReason::wrong_type);
    CHECK(d.bad().what == what);
}

TEST_CASE("a count may be written in any way that is one") {
    const std::string count = GENERATE("811", "\"811\"", "811.0", "8.11e2", "8110e-1");
    const Decoded d = decode(R"({"ts":1795165200,"type":"transactions","service":"s","interval_s":60,"count":)" + count + "}");
    CHECK(d.batch.summaries.at(0).count == 811);
}

TEST_CASE("types that nobody knows") {
    const std::string type = GENERATE("Transaction", "metrics", "transaction ", "order");
    const Decoded d = decode(transaction_with("type", "\"" + type + "\""));
    CHECK(d.bad().reason == DropReason::unknown_type);
    CHECK(d.bad().what == "type: none of transaction, transactions, metric, event");
}

TEST_CASE("an outcome other than ok is a failure") {
    const auto [value, failed] = GENERATE(table<std::string, bool>(
        {{"\"ok\"", false}, {"\"\"", false}, {"null", false}, {"\"error\"", true}, {"\"OK\"", true}, {"\"timeout\"", true}}));
    CHECK(decode(transaction_with("outcome", value)).event().failed == failed);
}

TEST_CASE("currencies in small letters are the same") {
    CHECK(decode(transaction_with("currency", "\"gbp\"")).event().currency == ('G' << 16 | 'B' << 8 | 'P'));
    CHECK(decode(transaction_with("currency", "\"\"")).event().currency == 0);
}

TEST_CASE("dimensions are the declared ones, by any name") {
    DecodeOptions options;
    options.dimensions = {"country", "product_category_name", "k", "x\"y"};
    const Decoded d = decode(R"({"ts":1795165200,"type":"transaction","service":"s","campaign":"no","country":"Israel",)"
                             R"("product_category_name":"toys","product_category_names":"no","k":17,"x\"y":"q"})", options);
    REQUIRE(d.batch.events.size() == 1);
    CHECK(d.dimension(0) == "Israel");
    CHECK(d.dimension(1) == "toys");
    CHECK(d.dimension(2) == "17");
    CHECK(d.dimension(3) == "q");
}

TEST_CASE("equal values of two dimensions are two names, and long values are cut between characters") {
    const std::string e_acute = "\xc3\xa9";
    const Decoded d = decode(transaction_with("campaign", "\"x" + [&] {
        std::string s;
        for (int i = 0; i < 200; ++i) s += e_acute;
        return s;
    }() + "\",\"channel\":\"x\""));
    CHECK(d.dimension(0).size() == 255);
    CHECK(d.dimension(0).substr(253) == e_acute);
    CHECK(d.dimension(1) == "x");
    const Decoded same = decode(transaction_with("campaign", R"("x","channel":"x")"));
    CHECK(same.event().dimensions[0] != same.event().dimensions[1]);
}

TEST_CASE("labels of a metric tell its instances apart where they are asked for") {
    DecodeOptions options;
    options.metric_labels = {"app", "tier"};
    const auto metric = [](const std::string& labels) {
        return R"({"ts":1795165200,"type":"metric","resource":"pod-1","metric":"cpu","host":"h","value":1,"labels":)" + labels + "}";
    };
    const Decoded d = decode(metric(R"({"tier":"front","version":"7","app":"p\u0061y"})"), options);
    REQUIRE(d.batch.metrics.size() == 1);
    const MetricInstanceName n = d.instance();
    CHECK(n.resource == "pod-1");
    CHECK(n.host == "h");
    REQUIRE(n.labels.size() == 2);
    CHECK(n.labels[0] == std::pair<std::string_view, std::string_view>{"app", "pay"});
    CHECK(n.labels[1] == std::pair<std::string_view, std::string_view>{"tier", "front"});
    // Whatever order they stand in, and whatever else stands there; what is no label is ignored, as any field that is not known.
    const Decoded same = decode_all({metric(R"({"app":"pay","tier":"front"})"), metric(R"({"x":{"y":1},"tier":"front","app":"pay"})"), metric(R"({"app":"pay","tier":["front"]})"),
                                     metric("7"), metric(R"({"app":17,"tier":null})")}, options);
    REQUIRE(same.batch.metrics.size() == 5);
    CHECK(same.batch.metrics[0].instance == same.batch.metrics[1].instance);
    CHECK(same.text(NameSpace::metric_instance, same.batch.metrics[2].instance) == "\x1fpod-1\x1f" "cpu\x1fh\x1f" "app\x1fpay");
    CHECK(same.text(NameSpace::metric_instance, same.batch.metrics[3].instance) == "\x1fpod-1\x1f" "cpu\x1fh");
    CHECK(same.text(NameSpace::metric_instance, same.batch.metrics[4].instance) == "\x1fpod-1\x1f" "cpu\x1fh\x1f" "app\x1f" "17");
    CHECK(decode(metric(R"({"app":"pay"})")).instance().labels.empty());
}

TEST_CASE("escapes in names and texts are resolved") {
    const Decoded d = decode(R"({"\u0074s":1795165200,"type":"trans\u0061ction","serv\u0069ce":"a\"b\\c\/d\u00e9\ud83d\ude00\n","host":"\t"})");
    REQUIRE(d.batch.events.size() == 1);
    CHECK(d.service() == "a\"b\\c/d\xc3\xa9\xf0\x9f\x98\x80\n");
    CHECK(d.host() == "\t");
}

TEST_CASE("a field name is only itself") {
    const std::string name = GENERATE("tss", "t", "services", "servic", "Service", "service ", "values", "");
    const Decoded d = decode(R"({"ts":1795165200,"type":"transaction","service":"s",")" + name + R"(":{"value":1}})");
    REQUIRE(d.batch.events.size() == 1);
    CHECK(d.service() == "s");
    CHECK(d.event().value_micro == 0);
}

TEST_CASE("fields in another order, and other fields, than in the records before") {
    const Decoded d = decode_all({R"({"ts":1795165200,"type":"transaction","service":"a","value":1})",
                                  R"({"type":"transaction","ts":1795165201,"value":2,"service":"b"})",
                                  R"({"tx":1795165200,"type":"transaction","ts":1795165202,"service":"c"})",
                                  R"({"t":1795165200,"typ":"transaction","ts":1795165203,"service":"d","type":"transaction"})"});
    REQUIRE(d.batch.events.size() == 4);
    for (size_t i = 0; i < 4; ++i) CHECK(d.batch.events[i].ts_us == kNine + static_cast<int64_t>(i) * 1'000'000);
    CHECK(d.batch.events[1].value_micro == 2'000'000);
    CHECK(d.text(NameSpace::service, d.batch.events[1].service) == "b");
    CHECK(d.text(NameSpace::service, d.batch.events[3].service) == "d");
}

TEST_CASE("a record longer than allowed is refused unread") {
    DecodeOptions options;
    options.max_record_bytes = 100;
    const auto of_size = [](size_t size) {
        const size_t bare = transaction_with("x", "\"\"").size();
        return transaction_with("x", "\"" + std::string(size - bare, 'y') + "\"");
    };
    options.max_record_bytes = 300;
    CHECK(decode(of_size(300), options).batch.events.size() == 1);
    const Decoded d = decode(of_size(301), options);
    CHECK(d.bad().reason == DropReason::oversized);
    CHECK(d.bad().what == "longer than 300 bytes");
}

TEST_CASE("a bad record keeps the beginning of its bytes") {
    const Decoded d = decode("[" + std::string(5000, '1'));
    CHECK(d.bad().bytes.size() == kBadRecordBytes);
    CHECK(d.bad().bytes.substr(0, 3) == "[11");
}

TEST_CASE("names beyond the bound are overflow, and the record is still an event") {
    Bounds bounds;
    bounds.services = 1;
    SharedNames names(bounds);
    const auto decoder = NativeJsonFactory().make(names);
    const std::string one = transaction_with("service", "\"a\""), two = transaction_with("service", "\"b\"");
    RecordBatch in;
    in.records = {{one.data(), static_cast<uint32_t>(one.size()), 0, 0}, {two.data(), static_cast<uint32_t>(two.size()), 0, 1}};
    EventBatch out;
    decoder->decode(in, out);
    REQUIRE(out.events.size() == 2);
    CHECK(out.events[0].service != kNameOverflow);
    CHECK(out.events[1].service == kNameOverflow);
}
