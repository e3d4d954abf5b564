import java.io.Serializable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What follows from the closed slots of one service: its baseline, a spike above it, the trend of each gauge, and a warning for a resource
 * that a spike will fill within five minutes. The baseline stands still during a spike, or a steep ramp would never be one.
 */
public final class Detector implements Serializable {
    private static final int WARM_UP = 6, TREND = 6;
    private static final double ALPHA = 0.1, RATIO = 1.5, Z = 4, FULL = 0.9, HORIZON_S = 300, RISING = 0.5;

    public double baseline;
    public int slots;
    public Map<String, double[]> history = new HashMap<>();  // the last utilizations of each gauge, newest first
    public Set<String> warned = new HashSet<>();

    /** Returns the resources that are warned of by this slot. */
    public Set<String> close(Slot s) {
        boolean spike = slots >= WARM_UP && s.count > RATIO * baseline && s.count > baseline + Z * Math.sqrt(baseline);
        if (!spike) baseline = slots == 0 ? s.count : baseline + ALPHA * (s.count - baseline);
        ++slots;
        Set<String> now = new HashSet<>();
        s.gauges.forEach((gauge, sum) -> {
            double[] u = history.computeIfAbsent(gauge, g -> new double[TREND]);
            System.arraycopy(u, 0, u, 1, TREND - 1);
            u[0] = sum[0] / sum[1];
            String resource = gauge.substring(0, gauge.indexOf(' '));
            if (spike && u[0] > RISING && FULL - u[0] < slope(u) * HORIZON_S && warned.add(resource)) now.add(resource);
        });
        return now;
    }

    /** Least squares, per second. */
    private static double slope(double[] newestFirst) {
        double middle = (TREND - 1) / 2.0, above = 0, below = 0;
        for (int i = 0; i < TREND; ++i) {
            above += (middle - i) * newestFirst[i];
            below += (middle - i) * (middle - i);
        }
        return above / below / (Slot.MS / 1000.0);
    }
}
