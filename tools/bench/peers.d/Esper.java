import com.espertech.esper.common.client.EPCompiled;
import com.espertech.esper.common.client.EventBean;
import com.espertech.esper.common.client.EventSender;
import com.espertech.esper.common.client.configuration.Configuration;
import com.espertech.esper.common.client.configuration.common.ConfigurationCommonEventTypeBean;
import com.espertech.esper.common.client.hook.aggfunc.AggregationFunction;
import com.espertech.esper.common.client.hook.aggfunc.AggregationFunctionFactory;
import com.espertech.esper.common.client.hook.aggfunc.AggregationFunctionFactoryContext;
import com.espertech.esper.common.client.hook.aggfunc.AggregationFunctionForge;
import com.espertech.esper.common.client.hook.aggfunc.AggregationFunctionMode;
import com.espertech.esper.common.client.hook.aggfunc.AggregationFunctionModeManaged;
import com.espertech.esper.common.client.hook.aggfunc.AggregationFunctionValidationContext;
import com.espertech.esper.common.client.hook.forgeinject.InjectionStrategyClassNewInstance;
import com.espertech.esper.common.client.type.EPTypeClass;
import com.espertech.esper.common.client.util.AccessorStyle;
import com.espertech.esper.compiler.client.CompilerArguments;
import com.espertech.esper.compiler.client.EPCompilerProvider;
import com.espertech.esper.runtime.client.EPRuntime;
import com.espertech.esper.runtime.client.EPRuntimeProvider;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The job on Esper: BROKERS TRANSACTIONS CAPACITY THREADS.
 *
 * Chosen for speed: each thread has a consumer, its share of the partitions and a runtime of its own, so that nothing is locked or handed
 * over; events are plain objects with public fields, sent by senders of their types; and slots are rows of tables that aggregate as events
 * come and are taken out when they close, so that no event is kept.
 */
public final class Esper {
    private static final String EPL = """
            @public @buseventtype create schema Close as (slot long);
            create table Slots(service string primary key, slot long primary key, number count(*), value_micro sum(long), errors sum(long), latencies latencies(double));
            create table Gauges(service string primary key, slot long primary key, gauge string primary key, used sum(double), number count(*));
            into table Slots select count(*) as number, sum(valueMicro(value)) as value_micro, sum(failed(outcome)) as errors, latencies(duration_ms) as latencies
                from Transaction group by service, slot;
            into table Gauges select sum(value / `limit`) as used, count(*) as number from Metric group by service, slot, resource || ' ' || metric;
            @name('gauges') on Close as c select and delete s.service as service, s.slot as slot, s.gauge as gauge, s.used as used, s.number as number from Gauges as s where s.slot < c.slot;
            @name('slots') on Close as c select and delete s.service as service, s.slot as slot, s.number as number, s.value_micro as value_micro, s.errors as errors, s.latencies as latencies
                from Slots as s where s.slot < c.slot order by s.slot;
            """;

    public static long valueMicro(double value) { return Math.round(value * 1e6); }

    public static long failed(String outcome) { return outcome.equals("ok") ? 0 : 1; }

    /** latencies(ms): counts by bucket. */
    public static final class LatenciesForge implements AggregationFunctionForge {
        @Override public void validate(AggregationFunctionValidationContext context) {}
        @Override public EPTypeClass getValueType() { return new EPTypeClass(int[].class); }
        @Override public AggregationFunctionMode getAggregationFunctionMode() {
            return new AggregationFunctionModeManaged().setInjectionStrategyAggregationFunctionFactory(new InjectionStrategyClassNewInstance(LatenciesFactory.class));
        }
    }

    public static final class LatenciesFactory implements AggregationFunctionFactory {
        @Override public AggregationFunction newAggregator(AggregationFunctionFactoryContext context) { return new Latencies(); }
    }

    public static final class Latencies implements AggregationFunction {
        private final int[] latencies = new int[256];
        @Override public void enter(Object ms) { ++latencies[Slot.bucket((Double) ms)]; }
        @Override public void leave(Object ms) { --latencies[Slot.bucket((Double) ms)]; }
        @Override public Object getValue() { return latencies; }
        @Override public void clear() { java.util.Arrays.fill(latencies, 0); }
    }

    static Configuration configuration() {
        Configuration c = new Configuration();
        ConfigurationCommonEventTypeBean fields = new ConfigurationCommonEventTypeBean();
        fields.setAccessorStyle(AccessorStyle.PUBLIC);
        for (String name : List.of("Transaction", "Metric")) c.getCommon().addEventType(name, Event.class.getName(), fields);
        c.getCompiler().addPlugInAggregationFunctionForge("latencies", LatenciesForge.class.getName());
        c.getCompiler().addPlugInSingleRowFunction("valueMicro", Esper.class.getName(), "valueMicro");
        c.getCompiler().addPlugInSingleRowFunction("failed", Esper.class.getName(), "failed");
        c.getRuntime().getThreading().setInternalTimerEnabled(false);
        c.getRuntime().getThreading().setListenerDispatchPreserveOrder(false);
        return c;
    }

    /** A runtime with the partitions of one thread. */
    static final class Job implements Runnable {
        private final String brokers;
        private final EPRuntime runtime;
        private final Map<TopicPartition, Long> ends;
        private final Map<TopicPartition, long[]> newest = new HashMap<>();  // event time of each partition
        private final Map<String, Detector> detectors = new HashMap<>();
        private final Map<String, Slot> gauges = new HashMap<>();  // of slots that are closing
        private long closed, late;

        Job(String brokers, int number, EPCompiled epl, Map<TopicPartition, Long> ends) throws Exception {
            this.brokers = brokers;
            this.ends = ends;
            runtime = EPRuntimeProvider.getRuntime("thread-" + number, configuration());
            String id = runtime.getDeploymentService().deploy(epl).getDeploymentId();
            runtime.getDeploymentService().getStatement(id, "gauges").addListener((rows, old, s, r) -> {
                for (EventBean row : rows)
                    gauges.computeIfAbsent(row.get("service") + "/" + row.get("slot"), x -> new Slot()).use((String) row.get("gauge"), (Double) row.get("used"), (Long) row.get("number"));
            });
            runtime.getDeploymentService().getStatement(id, "slots").addListener((rows, old, s, r) -> {
                for (EventBean row : rows) closed(row);
            });
        }

        private void closed(EventBean row) {
            String service = (String) row.get("service");
            Slot s = gauges.remove(service + "/" + row.get("slot"));
            if (s == null) s = new Slot();
            s.count = (Long) row.get("number");
            s.valueMicro = (Long) row.get("value_micro");
            s.errors = (Long) row.get("errors");
            s.latencies = (int[]) row.get("latencies");
            Answer.closed(service, s, detectors.computeIfAbsent(service, x -> new Detector()).close(s));
        }

        private void close(long watermark) {
            long until = watermark / Slot.MS;
            if (until <= closed) return;
            closed = until;
            runtime.getEventService().sendEventMap(Map.of("slot", until), "Close");
        }

        @Override public void run() {
            EventSender transactions = runtime.getEventService().getEventSender("Transaction"), metrics = runtime.getEventService().getEventSender("Metric");
            Event.Parser parser = new Event.Parser();
            try (var consumer = consumer(brokers)) {
                consumer.assign(ends.keySet());
                consumer.seekToBeginning(ends.keySet());
                ends.keySet().forEach(p -> newest.put(p, new long[1]));
                long left = ends.values().stream().mapToLong(x -> x).sum();
                while (left > 0) {
                    var records = consumer.poll(Duration.ofMillis(100));
                    for (TopicPartition p : records.partitions()) {
                        long[] time = newest.get(p);
                        List<ConsumerRecord<byte[], byte[]>> batch = records.records(p);
                        Answer.firstEvent();
                        for (var record : batch) {
                            Event e = parser.parse(record.value());
                            if (e.slot < closed) ++late;
                            (e.isMetric() ? metrics : transactions).sendEvent(e);
                            time[0] = Math.max(time[0], e.ms);
                        }
                        left -= batch.size();
                        if (batch.get(batch.size() - 1).offset() + 1 == ends.get(p)) time[0] = Long.MAX_VALUE;
                    }
                    close(newest.values().stream().mapToLong(t -> t[0]).min().getAsLong() - Slot.LATENESS_MS);
                }
            }
            Answer.late(late);
        }
    }

    static KafkaConsumer<byte[], byte[]> consumer(String brokers) {
        return new KafkaConsumer<>(Map.of("bootstrap.servers", brokers, "max.poll.records", 10_000, "max.partition.fetch.bytes", 4 << 20, "fetch.min.bytes", 1 << 16,
                "fetch.max.wait.ms", 50, "receive.buffer.bytes", 4 << 20, "check.crcs", false, "enable.auto.commit", false), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    public static void main(String[] words) throws Exception {
        EPCompiled epl = EPCompilerProvider.getCompiler().compile(EPL, new CompilerArguments(configuration()));
        int number = Integer.parseInt(words[3]);
        List<Map<TopicPartition, Long>> shares = new ArrayList<>();
        for (int i = 0; i < number; ++i) shares.add(new HashMap<>());
        try (var consumer = consumer(words[0])) {
            var partitions = List.of(words[1], words[2]).stream().flatMap(t -> consumer.partitionsFor(t).stream()).map(p -> new TopicPartition(p.topic(), p.partition())).toList();
            // A service has the same partition of both topics; the largest first to whom has least.
            Map<Integer, Long> sizes = new HashMap<>();
            var ends = consumer.endOffsets(partitions);
            ends.forEach((p, end) -> sizes.merge(p.partition(), end, Long::sum));
            long[] load = new long[number];
            sizes.entrySet().stream().sorted(Map.Entry.<Integer, Long>comparingByValue().reversed()).forEach(size -> {
                int least = 0;
                for (int i = 1; i < number; ++i) if (load[i] < load[least]) least = i;
                load[least] += size.getValue();
                for (TopicPartition p : partitions) if (p.partition() == size.getKey()) shares.get(least).put(p, ends.get(p));
            });
        }
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < number; ++i) threads.add(new Thread(new Job(words[0], i, epl, shares.get(i))));
        threads.forEach(Thread::start);
        for (Thread t : threads) t.join();
        Answer.print();
    }
}
