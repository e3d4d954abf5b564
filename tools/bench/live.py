"""tools/bench/run --only latency: how long after a slot may close what it decides is out, on a live stream of so many transactions a second
(--rate, for each of 50 services) that generator, broker and engine together take half of the machine."""
import json, os, signal, subprocess, sys, time

from load import CORES, PARTITIONS, PROGRAM, ROOT, SERVICES, busy

LATENCY = os.path.join(ROOT, 'build/release/latency')

SLOTS = 'slots: {length: 1s, allowed_lateness: 500ms}\n'
WAYS = {'exactly once, read by librdkafka': ('client', True), 'exactly once, read directly': ('direct', True), 'at least once, read directly': ('direct', False)}


def rules(seconds):
    """A warning opens in every slot: each waits a second longer for what never comes."""
    return 'rules:\n' + ''.join(f'  - {{name: r{i}, by: everything, when: {{absent: {{resource: ghost}}, for: {i}s}}}}\n' for i in range(1, seconds + 30)) + \
        'resources: {ghost: {metrics: {used: {limit: 1}}}}\n'


def measure(bench, address, rate, seconds):
    rows = []
    for number, (name, (fetch, once)) in enumerate(WAYS.items()):
        topics, warnings = [f'live-transactions-{number}', f'live-capacity-{number}'], f'live-warnings-{number}'
        config = bench.config([{'kafka': {'brokers': address, 'topics': topics, 'group': f'live-{number}', 'start': 'earliest', 'fetch': fetch}}], more=SLOTS + rules(seconds),
                              outputs=[{'kafka': {'brokers': address, 'topic': warnings, 'exactly_once': once}}], app=f'live-{number}')
        watch = subprocess.Popen([LATENCY, address, str(seconds), '1000', str(PARTITIONS), warnings] + topics, stdout=subprocess.PIPE, text=True)
        watch.stdout.readline()  # ready
        engine = subprocess.Popen([PROGRAM, 'run', config, '--json'], stdout=subprocess.PIPE, text=True)
        load = subprocess.Popen([PROGRAM, 'generate', '--live', '--rate', str(rate), '--most-late-ms', '400', '--events', str(10 ** 12), '--brokers', address,
                                 '--transactions-topic', topics[0], '--capacity-topic', topics[1]])
        try:
            before, start = busy(), time.monotonic()
            time.sleep(seconds)
            share = (busy() - before) / (time.monotonic() - start) / CORES
            out = watch.communicate()[0]
            if watch.returncode != 0: sys.exit(f'latency: {name}: nothing measured')
        finally:
            for child in (watch, load): child.kill()
            engine.send_signal(signal.SIGTERM)
        totals, got = json.loads(engine.communicate()[0]), json.loads(out)
        # While it learns of its topics, the generator's producer may send a few events out of turn.
        if totals['dropped'] > totals['events'] / 10_000: sys.exit(f'latency: {name}: events were dropped: {totals}')
        rows.append((name, totals['events_per_second'], share, got['slots'], got['p50_ms'], got['p90_ms'], got['p99_ms'], got['max_ms']))
        print('%s: %.0f events/s, machine %.0f %%, %d slots: p50 %d ms, p90 %d, p99 %d, longest %d' % (name, rows[-1][1], 100 * share, *rows[-1][3:]), flush=True)
    return ['# Latency', '', f'Live stream, slots of 1 s, 0.5 s lateness, {SERVICES} services, {PARTITIONS} partitions a topic; generator, broker and engine on the same {CORES} cores. From the moment the slot may close',
            '(its last partition has appended an event from its end plus lateness on; the time is the broker\'s) until a reader with `read_committed` has what it decides.', '',
            '| output and source | events/s | machine | slots | p50 ms | p90 | p99 | longest |', '|---|---|---|---|---|---|---|---|'] + \
           ['| %s | %.0f | %.0f %% | %d | %d | %d | **%d** | %d |' % (r[0], r[1], 100 * r[2], *r[3:]) for r in rows]
