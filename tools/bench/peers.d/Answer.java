import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

/** What tools/bench/peers checks and prints, as one JSON object. Any thread. */
final class Answer {
    private static final AtomicLong started = new AtomicLong();  // when the first event was there, ns
    private static long events, transactions, errors, valueMicro, slots, late, finished;
    private static double p95;
    private static final TreeSet<String> warnings = new TreeSet<>();

    static void firstEvent() {
        if (started.get() == 0) started.compareAndSet(0, System.nanoTime());
    }

    static synchronized void closed(String service, Slot s, Iterable<String> resources) {
        transactions += s.count;
        events += s.count;
        for (double[] gauge : s.gauges.values()) events += (long) gauge[1];
        errors += s.errors;
        valueMicro += s.valueMicro;
        if (s.count > 0) {
            ++slots;
            p95 += s.p95();
        }
        for (String r : resources) warnings.add("[\"" + service + "\",\"" + r + "\"]");
        finished = System.nanoTime();
    }

    static synchronized void late(long events) { late += events; }

    static synchronized void print() {
        double seconds = (finished - started.get()) / 1e9;
        double sinceStart = (System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime()) / 1e3 - (System.nanoTime() - started.get()) / 1e9;
        System.out.printf(Locale.ROOT,
                "{\"events\":%d,\"transactions\":%d,\"errors\":%d,\"value_micro\":%d,\"service_slots\":%d,\"late\":%d,\"p95_ms\":%.1f,\"warnings\":[%s],"
                        + "\"start_s\":%.2f,\"seconds\":%.3f,\"events_per_second\":%.0f}%n",
                events, transactions, errors, valueMicro, slots, late, p95 / Math.max(1, slots), String.join(",", warnings), sinceStart, seconds, events / seconds);
    }
}
