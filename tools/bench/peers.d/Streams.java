import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;

/**
 * The job on Kafka Streams: BROKERS TRANSACTIONS CAPACITY THREADS.
 *
 * Chosen for speed: the processor API with its state on the heap (the DSL with an in-memory store took nearly twice the CPU); both topics in one
 * source, so that a task has all of its services and nothing is repartitioned; events are parsed in the deserializer, once, and their
 * time is the stream's; as many threads as cores; large fetches and queues, so that tasks are rarely paused.
 */
public final class Streams {
    static final class Job implements Processor<byte[], Event, Void, Void> {
        private final Map<Integer, Long> ends;
        private final CountDownLatch running;
        private final OpenSlots slots = new OpenSlots();
        private final Map<String, Detector> detectors = new HashMap<>();
        private long left, newest = Long.MIN_VALUE;

        Job(Map<Integer, Long> ends, CountDownLatch running) {
            this.ends = ends;
            this.running = running;
        }

        @Override public void init(ProcessorContext<Void, Void> context) {
            left = ends.get(context.taskId().partition());
        }

        @Override public void process(Record<byte[], Event> record) {
            Event e = record.value();
            slots.add(e);
            if (e.ms > newest) {
                newest = e.ms;
                slots.close(newest - Slot.LATENESS_MS, this::closed);
            }
            if (--left > 0) return;
            slots.close(Long.MAX_VALUE, this::closed);
            Answer.late(slots.late);
            running.countDown();
        }

        private void closed(String service, long slot, Slot sums) {
            Answer.closed(service, sums, detectors.computeIfAbsent(service, s -> new Detector()).close(sums));
        }
    }

    static final class EventDeserializer implements Deserializer<Event> {
        private final ThreadLocal<Event.Parser> parser = ThreadLocal.withInitial(Event.Parser::new);

        @Override public Event deserialize(String topic, byte[] json) {
            Answer.firstEvent();
            return parser.get().parse(json);
        }
    }

    public static void main(String[] words) throws Exception {
        List<String> topics = List.of(words[1], words[2]);
        Map<Integer, Long> ends = new HashMap<>();
        try (var consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", words[0]), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            var partitions = topics.stream().flatMap(t -> consumer.partitionsFor(t).stream()).map(p -> new TopicPartition(p.topic(), p.partition())).toList();
            consumer.endOffsets(partitions).forEach((p, end) -> ends.merge(p.partition(), end, Long::sum));
        }
        CountDownLatch running = new CountDownLatch(ends.size());

        Topology topology = new Topology();
        topology.addSource(Topology.AutoOffsetReset.EARLIEST, "events", (record, previous) -> ((Event) record.value()).ms, new ByteArrayDeserializer(), new EventDeserializer(),
                words[1], words[2]);
        topology.addProcessor("job", () -> new Job(ends, running), "events");

        Properties p = new Properties();
        p.put(StreamsConfig.APPLICATION_ID_CONFIG, "peers-" + ProcessHandle.current().pid());
        p.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, words[0]);
        p.put(StreamsConfig.STATE_DIR_CONFIG, Files.createTempDirectory("peers").toString());
        p.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, Integer.parseInt(words[3]));
        p.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 20_000);
        p.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 5000);
        p.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 10_000);
        p.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 << 20);
        p.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1 << 16);
        p.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50);
        p.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, 4 << 20);
        p.put(ConsumerConfig.CHECK_CRCS_CONFIG, false);
        KafkaStreams streams = new KafkaStreams(topology, p);
        streams.setUncaughtExceptionHandler(failure -> {
            failure.printStackTrace();
            Runtime.getRuntime().halt(3);
            return null;
        });
        streams.start();
        running.await();
        Answer.print();
        System.out.flush();
        Runtime.getRuntime().halt(0);  // leaving the group takes longer than what is measured
    }
}
