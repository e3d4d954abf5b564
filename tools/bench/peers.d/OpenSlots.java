import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Sums of several services until their slots close. One thread only. */
final class OpenSlots {
    interface Closed { void slot(String service, long slot, Slot sums); }

    private static final class Series {
        long last = -1;  // most events belong to the slot of the one before
        Slot lastSums;
        final TreeMap<Long, Slot> open = new TreeMap<>();
    }
    private final Map<String, Series> services = new HashMap<>();
    private long closed = Long.MIN_VALUE;  // slots before this one
    long late;

    void add(Event e) {
        long slot = e.slot;
        if (slot < closed) {
            ++late;
            return;
        }
        Series s = services.get(e.service);
        if (s == null) services.put(e.service, s = new Series());
        if (s.last != slot) {
            s.lastSums = s.open.computeIfAbsent(slot, x -> new Slot());
            s.last = slot;
        }
        s.lastSums.add(e);
    }

    /** Hands on all slots that end at or before `watermarkMs`, in order of time. */
    void close(long watermarkMs, Closed to) {
        long until = watermarkMs / Slot.MS;
        if (until <= closed) return;
        closed = until;
        services.forEach((service, s) -> {
            while (!s.open.isEmpty() && s.open.firstKey() < until) {
                var first = s.open.pollFirstEntry();
                if (first.getKey() == s.last) s.last = -1;
                to.slot(service, first.getKey(), first.getValue());
            }
        });
    }
}
