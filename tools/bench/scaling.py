"""tools/bench/run --only scaling: what an event and a series cost when there are more of everything. CPU time of one thread by `foreshock bench`,
which is robust against what else runs; CPU time of the process for partitions on a broker; pace for cores."""
import json, statistics, subprocess, sys

from load import CORES, LIMIT, PROGRAM, measured

EVENTS = 10_000_000  # of which `foreshock bench` takes a fifth for the stages
SERVICES, VALUES, PARTITIONS, SLOTS = (50, 500, 5_000, 50_000, 100_000), (10, 1_000, 100_000, 1_000_000), (1, 16, 256), {50: 400, 500: 400, 5_000: 400, 100_000: 40}


def bench(only, **options):
    """Figures by stage and unit."""
    words = [w for name, value in options.items() for w in (f'--{name}', str(value))]
    out = subprocess.run([PROGRAM, 'bench', '--json', '--only', only, *words], check=True, stdout=subprocess.PIPE, text=True).stdout
    return {(s['stage'], s['unit'].split()[0]): s['cost'] for s in json.loads(out)['stages']}


def say(lines, row):
    lines.append(row)
    print(row, flush=True)


def events():
    """The same mix whatever the number of services: 18 transactions and 2 metrics a second of each."""
    lines = ['# Scaling: events', '', 'Up to the slot, CPU time of one thread; 2 million events, 18 transactions to 2 metrics; series: services, instances of metrics, values of dimensions of a service.', '',
              '| more | number | decode, ns an event | ingest | merge, ns a series and slot | close | open slot, bytes a series |', '|---|---|---|---|---|---|---|']
    for what, numbers in (('services', SERVICES), ('campaigns', VALUES), ('partitions', PARTITIONS)):
        for n in numbers:
            c = bench('events', **{'events': EVENTS, 'resources': 1, 'rate': 18, what: n})
            say(lines, '| %s | %d | %.0f | %.0f | %.0f | %.0f | %.0f |' % (what, n, *(c[s, 'ns'] for s in ('decode', 'ingest', 'merge', 'close')), c['open slot', 'bytes']))
    return lines


def slots():
    lines = ['# Scaling: series', '', 'Slots and checkpoints, CPU time of one thread; series: services and metrics of resources, of which each service has the number given, besides 3 promises with budgets.', '',
              '| services | resources of each | decide, ns a series and slot | while a tenth rises | checkpoint: archive, ns a series | store | bytes a series in it | memory, bytes a series |',
              '|---|---|---|---|---|---|---|---|']
    for n, resources in [(n, 1) for n in SLOTS] + [(50, 8), (5_000, 8)]:
        c = bench('slots', services=n, resources=resources, slots=SLOTS[n])
        rises = c.get(('decide, all of these, while a tenth rises', 'ns'))
        say(lines, '| %d | %d | %.0f | %s | %.0f | %.0f | %.0f | %.0f |' % (n, resources, c['decide, all of these', 'ns'], '%.0f' % rises if rises else '', c['archive', 'ns'], c['store', 'ns'],
                                                                          c['checkpoint', 'bytes'], c['baseline and response', 'bytes']))
    return lines


def partitions(bench_, address):
    lines = ['# Scaling: partitions', '', 'The whole job from a broker, lz4, CPU time of the process; the limit as above.', '', '| partitions a topic | limit, us an event | by librdkafka | directly | peak MB |', '|---|---|---|---|---|']
    for n in PARTITIONS:
        topics = bench_.produce(address, 'lz4', n)
        limit, row = measured([LIMIT, 'kafka', address, str(CORES)] + topics, bench_.broker), []
        for fetch in ('client', 'direct'):
            got, pairs = bench_.foreshock([{'kafka': {'brokers': address, 'topics': topics, 'group': f'scaling-{n}', 'start': 'earliest', 'fetch': fetch}}])
            bench_.check(f'{n} partitions', limit, got, pairs)
            row.append(got)
        say(lines, '| %d | %.2f | %.2f | %.2f | %.0f |' % (n, limit['cpu_us'], row[0]['cpu_us'], row[1]['cpu_us'], max(r['peak_mb'] for r in row)))
    return lines


def cores(bench_, rounds):
    """The same files on one core and on all."""
    names, paces = bench_.generate_files(), {1: [], CORES: []}
    for _ in range(rounds):
        for n in paces:
            got, pairs = bench_.foreshock([{'files': names}], before=['taskset', '-c', f'0-{n - 1}'])
            if len(pairs) != 5: sys.exit(f'cores: wrong warnings: {pairs}')
            paces[n].append((got['events_per_second'], got['cpu_us']))
    one, all_ = ([statistics.median(column) for column in zip(*paces[n])] for n in paces)
    lines = ['# Scaling: cores', '', f'The whole job from files (JSON lines), median of {rounds} runs in turns: {one[0] / 1e6:.2f} M events/s on one core, {all_[0] / 1e6:.2f} on {CORES}, which is '
                  f'**{all_[0] / one[0] / CORES:.0%}** of {CORES} times as much; CPU time {one[1]:.3f} and {all_[1]:.3f} us an event.']
    print(lines[-1], flush=True)
    return lines
