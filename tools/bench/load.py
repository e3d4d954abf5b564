"""What tools/bench/run and tools/bench/peers share: a real broker with the load on it, Foreshock's job, and what a run of a program cost."""
import contextlib, json, os, platform, re, subprocess, sys, tempfile, time

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), '..', '..'))
PROGRAM, LIMIT = os.path.join(ROOT, 'build/release/foreshock'), os.path.join(ROOT, 'build/release/limit')
KAFKA = os.path.join(ROOT, 'tools/kafka')
PARTITIONS, SERVICES, CORES = 8, 50, os.cpu_count()


def busy():
    """Seconds of all cores that were not idle, since the start of the machine."""
    fields = [int(x) for x in open('/proc/stat').readline().split()[1:]]
    return (sum(fields[:8]) - fields[3] - fields[4]) / os.sysconf('SC_CLK_TCK')


def cpu_of(pid):
    if not pid: return 0
    fields = open(f'/proc/{pid}/stat').read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def measured(command, broker=None):
    """Runs it: its last line of output as JSON, with CPU seconds, peak memory, and the share of the machine that strangers took."""
    os.sync()  # what is still being written takes from who is measured
    before, broker_before, start = busy(), cpu_of(broker), time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = child.stdout.read(), child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0: sys.exit(f"{' '.join(command)}: exit status {status}\n{err[-2000:]}")
    wall, own = time.monotonic() - start, usage.ru_utime + usage.ru_stime
    answer = json.loads(out.strip().splitlines()[-1])
    answer['said'] = err
    answer.setdefault('start_s', wall - answer['seconds'])  # a program that does not say it stops at once when it is done
    answer['cpu_us'] = 1e6 * own / answer['events']
    answer['broker_us'] = 1e6 * (cpu_of(broker) - broker_before) / answer['events']
    answer['peak_mb'] = usage.ru_maxrss / 1024
    answer['others'] = max(0, (busy() - before - own - (cpu_of(broker) - broker_before)) / (wall * CORES))
    return answer


class Load:
    """Works in `folder`; all rounds are held to the answer of the first."""
    def __init__(self, events, folder):
        self.events, self.folder, self.expected, self.broker = events, folder, None, None

    def path(self, name): return os.path.join(self.folder, name)

    def generate_files(self):
        subprocess.run([PROGRAM, 'generate', '--events', str(self.events), '--output', self.folder], check=True, stdout=subprocess.DEVNULL)
        return [self.path(n + '.jsonl') for n in ('transactions', 'capacity')]

    @contextlib.contextmanager
    def running_kafka(self):
        """A broker while it lasts; its address."""
        folder = self.path('kafka')
        address = subprocess.run([KAFKA, 'start', '--dir', folder], check=True, stdout=subprocess.PIPE, text=True).stdout.strip().splitlines()[-1]
        self.broker = int(open(os.path.join(folder, 'pid')).read())
        try:
            yield address
        finally:
            subprocess.run([KAFKA, 'stop', '--dir', folder])
            self.broker = None

    def produce(self, address, codec, partitions=PARTITIONS):
        """Makes the load on two new topics; their names."""
        topics = [f'transactions-{codec}-{partitions}', f'capacity-{codec}-{partitions}']
        subprocess.run([KAFKA, 'topics', '--dir', self.path('kafka')] + [f'{t}:{partitions}' for t in topics], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([PROGRAM, 'generate', '--events', str(self.events), '--brokers', address, '--codec', codec, '--transactions-topic', topics[0],
                        '--capacity-topic', topics[1]], check=True, stdout=subprocess.DEVNULL)
        return topics

    def config(self, sources, checkpoint='5s', more='', outputs=(), app='bench'):
        with tempfile.NamedTemporaryFile('w', suffix='.yaml', dir=self.folder, delete=False) as f:
            f.write(f"app: {app}\nsources: {json.dumps(sources)}\noutputs: {json.dumps([{'file': self.path('warnings.jsonl')}, *outputs])}\n"
                    f"state: {{directory: {tempfile.mkdtemp(dir=self.folder)}, checkpoint_every: {checkpoint}}}\nlog: {{level: warning}}\n{more}")
        return f.name

    def foreshock(self, sources, before=(), **config):
        """The whole job; which resources it warned of by its built-in rule. `before` comes before its command."""
        if os.path.exists(self.path('warnings.jsonl')): os.remove(self.path('warnings.jsonl'))
        r = measured([*before, PROGRAM, 'run', self.config(sources, **config), '--until-end'], self.broker)
        return r, self.pairs(self.path('warnings.jsonl'))

    def pairs(self, warnings):
        """Services and resources that the built-in rule warned of."""
        opened = [w for w in (json.loads(line)['data'] for line in open(warnings)) if w['state'] == 'opened' and w['rule'] == 'builtin']
        return {(w['service'], w['resource'].get('name')) for w in opened}

    def check(self, name, limit, got, pairs):
        if any(got[k] != limit[k] for k in ('events', 'transactions', 'service_slots')) or got['late'] != 0 or any(got['dropped'].values() if isinstance(got['dropped'], dict) else [got['dropped']]):
            sys.exit(f"{name}: wrong answer: {got}, the limit counted {limit}")
        if 'read by librdkafka' in got['said']: sys.exit(f"{name}: not fetched directly: {got['said'][-2000:]}")
        if self.expected is None: self.expected = pairs
        if len(pairs) != SERVICES // 10 or pairs != self.expected: sys.exit(f'{name}: wrong warnings: {sorted(pairs)}, expected {sorted(self.expected)}')


def machine():
    return next((l.split(':')[1].strip() for l in open('/proc/cpuinfo') if l.startswith('model name')), platform.machine())


def versions():
    rdkafka = subprocess.run(['pkg-config', '--modversion', 'rdkafka'], stdout=subprocess.PIPE, text=True).stdout.strip()
    return subprocess.run([PROGRAM, '--version'], stdout=subprocess.PIPE, text=True).stdout.strip() + ', librdkafka ' + rdkafka


def write_section(file, lines):
    """Puts the section in place of the one with the same heading (`# Name`), or at the end."""
    text = open(file).read() if os.path.exists(file) else ''
    sections = [s.rstrip() for s in re.split(r'^(?=# )', text, flags=re.M) if s.strip()]
    at = next((i for i, s in enumerate(sections) if s.splitlines()[0] == lines[0]), len(sections))
    sections[at:at + 1] = ['\n'.join(lines).rstrip()]
    with open(file, 'w') as f: f.write('\n\n'.join(sections) + '\n')
