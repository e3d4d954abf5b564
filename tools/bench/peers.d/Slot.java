import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;

/** Sums of one service over ten seconds: its transactions, and how far its gauges are used. */
public final class Slot implements Serializable {
    public static final long MS = 10_000, LATENESS_MS = 2_000;

    public long count, errors, valueMicro;
    public int[] latencies = new int[256];  // 16 buckets an octave, from the bits of the number
    public Map<String, double[]> gauges = new HashMap<>();  // by resource and metric: sum of utilization, number

    public void add(Event e) {
        if (e.isMetric()) {
            use(e.resource + ' ' + e.metric, e.value / e.limit, 1);
            return;
        }
        ++count;
        if (!e.outcome.equals("ok")) ++errors;
        valueMicro += Math.round(e.value * 1e6);
        ++latencies[bucket(e.duration_ms)];
    }

    public Slot merge(Slot other) {
        count += other.count;
        errors += other.errors;
        valueMicro += other.valueMicro;
        for (int i = 0; i < latencies.length; ++i) latencies[i] += other.latencies[i];
        other.gauges.forEach((name, sum) -> use(name, sum[0], sum[1]));
        return this;
    }

    void use(String gauge, double sum, double number) {
        double[] mine = gauges.computeIfAbsent(gauge, g -> new double[2]);
        mine[0] += sum;
        mine[1] += number;
    }

    public double p95() { return p95(latencies, count); }

    static int bucket(double ms) {
        return (int) Math.min(255, (Double.doubleToRawLongBits(ms + 1) >>> 48) - (Double.doubleToRawLongBits(1.0) >>> 48));
    }

    static double p95(int[] latencies, long count) {
        long left = (long) Math.ceil(0.95 * count);
        int i = 0;
        while (i < 255 && (left -= latencies[i]) > 0) ++i;
        double low = Double.longBitsToDouble((i + (Double.doubleToRawLongBits(1.0) >>> 48)) << 48), high = Double.longBitsToDouble((i + 1 + (Double.doubleToRawLongBits(1.0) >>> 48)) << 48);
        return (low + high) / 2 - 1;
    }
}
