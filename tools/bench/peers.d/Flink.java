import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.serialization.AbstractDeserializationSchema;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.Collector;

import java.time.Duration;

/**
 * The job on Flink's DataStream API, in one process: BROKERS TRANSACTIONS CAPACITY THREADS.
 *
 * Chosen for speed: state on the heap, no checkpoints, objects reused, parsing in the source, and sums before the shuffle (what Flink SQL
 * calls local-global aggregation): an operator chained to the source adds up slots and sends on only their sums, which the windows of
 * the services then merge. With each event sent to the window of its service it is about 0.7 times as fast.
 */
public final class Flink {
    static final class EventSchema extends AbstractDeserializationSchema<Event> {
        private transient Event.Parser parser;

        EventSchema() { super(Event.class); }

        @Override public void open(InitializationContext context) { parser = new Event.Parser(); }

        @Override public Event deserialize(byte[] json) {
            Answer.firstEvent();
            return parser.parse(json);
        }
    }

    public static final class Sums {
        public String service;
        public Slot slot;
    }

    static final class LocalSums extends AbstractStreamOperator<Sums> implements OneInputStreamOperator<Event, Sums> {
        private transient OpenSlots slots;

        @Override public void open() { slots = new OpenSlots(); }

        @Override public void processElement(StreamRecord<Event> record) { slots.add(record.getValue()); }

        @Override public void processWatermark(Watermark mark) throws Exception {
            slots.close(mark.getTimestamp(), (service, slot, sums) -> {
                Sums s = new Sums();
                s.service = service;
                s.slot = sums;
                output.collect(new StreamRecord<>(s, slot * Slot.MS));
            });
            super.processWatermark(mark);
        }

        @Override public void close() throws Exception {
            Answer.late(slots.late);
            super.close();
        }
    }

    static final class Merge implements AggregateFunction<Sums, Slot, Slot> {
        @Override public Slot createAccumulator() { return new Slot(); }
        @Override public Slot add(Sums part, Slot s) { return s.merge(part.slot); }
        @Override public Slot getResult(Slot s) { return s; }
        @Override public Slot merge(Slot a, Slot b) { return a.merge(b); }
    }

    static final class Judge extends ProcessWindowFunction<Slot, String, String, TimeWindow> {
        private transient ValueState<Detector> detector;

        @Override public void open(OpenContext context) { detector = getRuntimeContext().getState(new ValueStateDescriptor<>("detector", Detector.class)); }

        @Override public void process(String service, Context context, Iterable<Slot> slots, Collector<String> out) throws Exception {
            Detector d = detector.value() == null ? new Detector() : detector.value();
            Slot s = slots.iterator().next();
            var warned = d.close(s);
            detector.update(d);
            Answer.closed(service, s, warned);
            warned.forEach(out::collect);
        }
    }

    public static void main(String[] words) throws Exception {
        Configuration c = new Configuration();
        c.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(64));
        c.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(64));
        StreamExecutionEnvironment flink = StreamExecutionEnvironment.createLocalEnvironment(Integer.parseInt(words[3]), c);
        flink.getConfig().enableObjectReuse();
        KafkaSource<Event> source = KafkaSource.<Event>builder()
                .setBootstrapServers(words[0])
                .setTopics(words[1], words[2])
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setBounded(OffsetsInitializer.latest())
                .setValueOnlyDeserializer(new EventSchema())
                .setProperty("max.poll.records", "10000")
                .setProperty("max.partition.fetch.bytes", "4194304")
                .setProperty("fetch.min.bytes", "65536")
                .setProperty("fetch.max.wait.ms", "50")
                .setProperty("receive.buffer.bytes", "4194304")
                .setProperty("check.crcs", "false")
                .build();
        DataStream<Event> events = flink.fromSource(source,
                WatermarkStrategy.<Event>forBoundedOutOfOrderness(Duration.ofMillis(Slot.LATENESS_MS)).withTimestampAssigner((e, kafka) -> e.ms), "events");
        events.transform("sums", TypeInformation.of(Sums.class), new LocalSums())
                .keyBy(s -> s.service).window(TumblingEventTimeWindows.of(Duration.ofMillis(Slot.MS))).aggregate(new Merge(), new Judge()).sinkTo(new DiscardingSink<>());
        flink.execute();
        Answer.print();
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }
}
