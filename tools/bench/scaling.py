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
    """The same files on one core and on all; the limit, whose threads share nothing, shows what the machine leaves of a second one."""
    names, rows = bench_.generate_files(), {}
    for _ in range(rounds):
        for n in (1, CORES):
            pinned = ['taskset', '-c', f'0-{n - 1}']
            limit = measured([*pinned, LIMIT, 'file', str(n), *names])
            got, pairs = bench_.foreshock([{'files': names}], before=pinned)
            bench_.check(f'{n} cores', limit, got, pairs)
            for who, r in (('limit', limit), ('Foreshock', got)): rows.setdefault((who, n), []).append((r['events_per_second'] / 1e6, r['cpu_us']))
    lines = ['# Scaling: cores', '', f'The whole job from files (JSON lines), medians of {rounds} runs in turns. The threads of the limit share nothing: what it loses is the machine.', '',
             f'| program | M events/s on one core | on {CORES} | of {CORES} times as much | CPU us an event: one core | {CORES} |', '|---|---|---|---|---|---|']
    for who in ('limit', 'Foreshock'):
        one, all_ = ([statistics.median(column) for column in zip(*rows[who, n])] for n in (1, CORES))
        say(lines, '| %s | %.2f | %.2f | **%.0f %%** | %.3f | %.3f |' % (who, one[0], all_[0], 100 * all_[0] / one[0] / CORES, one[1], all_[1]))
    return lines
