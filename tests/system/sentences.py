"""sentences - what the system tests share: the example region in a trash folder, its partners' wires, and
expect('a sentence', whether it holds). Nothing sleeps for a fixed time and every port is the kernel's."""
import contextlib, importlib.machinery, importlib.util, json, multiprocessing, os, re, shutil, socket, sqlite3, subprocess, sys, tempfile
import time, traceback, urllib.error, urllib.request
from multiprocessing.connection import wait as wait_for

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
_loader = importlib.machinery.SourceFileLoader("play", os.path.join(TOP, "deploy/play"))
play = importlib.util.module_from_spec(importlib.util.spec_from_loader("play", _loader))
_loader.exec_module(play)
until, Failed = play.until, play.Failed

ROOM_BYTES = 2 << 30  # in memory, for what the tests of one run write at once


def lie_in_memory():
    """Trash folders lie in memory where the system has room for files there, as those of the unit tests do: each commit is
    synced, as the product does, and what a test shows is not what the disk takes for it. system.kill9 stays on the disk."""
    where = "/dev/shm"
    if "TMPDIR" not in os.environ and os.access(where, os.W_OK) and shutil.disk_usage(where).free >= ROOM_BYTES:
        tempfile.tempdir = where


lie_in_memory()
BROKER = os.path.join(HERE, "kafka/broker")
COUNCIL, ROTA, GRANTS = "wexshire-council/hospital-team", "brightcare/rota", "wexbridge-district/grants"
_said = {"ok": 0, "not": 0}


def expect(sentence, holds, shown=""):
    """Says whether the sentence holds; what was shown instead when it does not."""
    _said["ok" if holds else "not"] += 1
    print("%s %s" % ("ok  " if holds else "FAIL", sentence), flush=True)
    if not holds and shown != "":
        print("     " + str(shown)[:2000].replace("\n", "\n     "), flush=True)


def ran(program, *words):
    """A command's exit code, its answer and its chatter."""
    done = subprocess.run([program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=play.DEADLINE_S)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


class Region(play.Region):
    """The example region with what a test asks of it. edit: {file under the site: function of its text}."""

    def __init__(self, program, folder, edit=None, bus="embedded:bus.db", split=False, prefix=""):
        os.makedirs(folder, exist_ok=True)
        self.sent = []  # whatever a test has put on a wire or into a folder
        super().__init__(type("Options", (), {"program": program, "folder": folder, "bus": bus, "prefix": prefix,
                                              "split": split}))
        # Files are put there whole, so that none has to be seen to grow no more; the story waits for that, as a site does.
        self.edit("site.yaml", lambda t: t.replace("{read: folders/case-system}", "{read: folders/case-system, settle: 0s}"))
        for name, change in (edit or {}).items():
            self.edit(name, change)

    def edit(self, name, change):
        path = os.path.join(self.site, name)
        text = ""
        if os.path.exists(path):
            with open(path) as f:
                text = f.read()
        with open(path, "w") as f:
            f.write(change(text))

    def start_whole(self):
        """Starts, and waits until each part has said which rules it has and the audit has it: how many of them have when an
        event comes is another number each time, and so is the event's place in the audit."""
        self.start()
        with open(os.path.join(self.site, "site.yaml")) as f:
            parts = 1 + len(re.findall(r"(?m)^    mapping:", f.read()))
        until(lambda: self.told_rules() == parts, "each of %d parts to say which rules it has" % parts)
        self.settle()

    def told_rules(self):
        """How many words of parts the bus has."""
        with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % os.path.join(self.site, "state/bus.db"), uri=True)) as db:
            return db.execute("select count(*) from records, topics where id = row >> 50 and name like 'states%'").fetchone()[0]

    def cli(self, *words):
        """A command about this site: cli('held', 'list') is concordat held SITE list."""
        at = 2 if words[0] == "audit" else 1
        return ran(self.o.program, *words[:at], self.site, *words[at:])

    def end(self):
        """Kills what still runs and waits for it."""
        self.kill()
        for p in self.processes:
            p.wait()
        self.processes = []

    def status(self):
        return json.loads(self.cli("status", "--json")[1])

    def logged(self):
        with open(self.log.name, "rb") as f:
            return f.read()

    def post(self, feed, body, kind="application/json", path=None):
        """Status and body of the answer."""
        self.sent.append(body)
        host, port = self.address(feed)
        path = path or {"discharge-tool": "/discharge", "housing-events": "/events"}[feed]
        request = urllib.request.Request("http://%s:%d%s" % (host, port, path), body, {"Content-Type": kind})
        try:
            with urllib.request.urlopen(request, timeout=play.DEADLINE_S) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read()

    def drop(self, name, data, feed="case-system"):
        """Puts a file into the feed's folder under its name at once."""
        self.sent.append(data)
        folder = os.path.join(self.site, "folders", feed)
        with open(os.path.join(folder, "." + name), "wb") as f:
            f.write(data)
        os.rename(os.path.join(folder, "." + name), os.path.join(folder, name))

    def dropped(self, name, data, feed="case-system"):
        """Drops a file and waits: 'done' or 'refused'."""
        self.drop(name, data, feed)
        folder = os.path.join(self.site, "folders", feed)
        return until(lambda: next((d for d in ("done", "refused") if os.path.exists(os.path.join(folder, d, name))),
                                  None), "%s to be taken up" % name)

    def lying(self, name="council-inbox"):
        """The texts of the files that lie in a delivery's folder, which nobody empties. One in the making begins with a dot."""
        folder, texts = self.partners[name].path, []
        for whole in (n for n in os.listdir(folder) if not n.startswith(".")):
            with open(os.path.join(folder, whole), encoding="utf-8") as f:
                texts.append(f.read())
        return texts

    def send(self, message, feed="pas-adt"):
        """One message on a connection of its own; its answer."""
        with Wire(self, feed) as wire:
            return wire.ask(message)


class Wire:
    """A connection to an MLLP listener, byte for byte."""

    def __init__(self, region, feed="pas-adt"):
        self.sent = region.sent
        self.socket = socket.create_connection(region.address(feed), timeout=play.DEADLINE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def put(self, data):
        self.sent.append(data)
        self.socket.sendall(data)

    def answer(self):
        """The next answer without its frame; None when the peer has closed."""
        while b"\x1c\r" not in self.rest:
            try:
                more = self.socket.recv(65536)
            except ConnectionResetError:
                return None
            if not more:
                return None
            self.rest += more
        one, self.rest = self.rest.split(b"\x1c\r", 1)
        return one.lstrip(b"\x0b")

    def ask(self, message):
        self.put(frame(message))
        return self.answer()


def frame(message):
    return b"\x0b" + message + b"\x1c\r"


def said(answer):
    """MSA-1 and MSA-2 of an answer."""
    msa = re.search(rb"MSA.([^|\r]*)\|([^|\r]*)", answer or b"")
    return (msa[1].decode(), msa[2]) if msa else (None, None)


def message(name, *changes):
    """A message of the example as its sender sends it, dates moved to today; changes are pairs old, new."""
    with open(os.path.join(TOP, "deploy/example/messages", name), encoding="utf-8", newline="") as f:
        data = play.today(f.read()).encode()
    if name.endswith(".hl7"):
        data = data.replace(b"\n", b"\r")
    for old, new in changes:
        if old not in data:
            raise Failed("%s has no %r" % (name, old))
        data = data.replace(old, new)
    return data


SECRETS = """TESTPATIENT ADA GEORGE TRAINEE BENTLEY SAMPLE EXAMPLE CARA 9990000026 999.000.0026 9990000042 999.000.0042
    A1234521 A1234523 P00123 P00300 19411101 1941-11-01 01.11.1941 19880609 09.06.1988 4.MILL.LANE MILL.LANE QUAY.STREET
    WX1.?2AB WX1.?3CD 01632.?960555 01632.?960777 07700.?900123 01632.?960101 FALL.AT.HOME SLIPPED NOTATIME CUTSHORT
    Jo.Finch Lee.Wren Quill Robin V80001 Kept.by.nobody 9990000018 999.000.0018 not-a-date""".split()


def expect_silence(r):
    """Law 11: nothing of what was sent stands in the log."""
    everything, log = b"\n".join(r.sent), r.logged()
    words = [re.compile(rb"(?i)\b%s\b" % w.encode()) for w in SECRETS]
    used = [w for w in words if w.search(everything)]
    found = [w.pattern for w in used if w.search(log)]
    expect("law 11: none of %d names, numbers, addresses and phones that were sent is in the log" % len(used),
           len(used) >= 8 and not found, found)
    names = [os.path.join(d, f).encode() for top in ("state", "folders") for d, _, files in os.walk(
        os.path.join(r.site, top)) for f in files]
    expect("nor in any file's name", names and not any(w.search(n) for n in names for w in used), names)


@contextlib.contextmanager
def kafka_broker(*lines):
    """A real broker of its own while the block lasts: its folder and its address, for `bus:`."""
    folder = tempfile.mkdtemp(prefix="concordat-broker-")
    try:
        subprocess.run([BROKER, "fetch"], check=True, stdout=subprocess.DEVNULL)
        started = subprocess.run([BROKER, "start", folder, *lines], check=True, stdout=subprocess.PIPE, text=True)
        yield folder, "kafka://" + started.stdout.split()[-1]
    finally:
        subprocess.run([BROKER, "stop", folder, "KILL"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)


def tell(program, *bodies, at_once=1):
    """Runs each body(region) in a trash folder, so many at once; exit code for the test. Where more than one runs, each is
    a process of its own, and what it says comes in one piece."""
    if at_once == 1:
        for body in bodies:
            tell_one(program, body)
    else:
        tell_beside(program, list(bodies), at_once)
    print("\n%d sentences hold, %d do not" % (_said["ok"], _said["not"]))
    return 1 if _said["not"] or not _said["ok"] else 0


def tell_beside(program, bodies, at_once):
    def alone(body, out, pipe):
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
        _said.update({"ok": 0, "not": 0})
        tell_one(program, body)
        pipe.send(_said)

    def begin(body):
        out, (pipe, theirs) = tempfile.TemporaryFile(), fork.Pipe(duplex=False)
        p = fork.Process(target=alone, args=(body, out, theirs), daemon=True)  # ends with us
        p.start()
        theirs.close()
        return p, (body, out, pipe)

    fork, running = multiprocessing.get_context("fork"), {}
    while bodies or running:
        while bodies and len(running) < at_once:
            p, of_it = begin(bodies.pop(0))
            running[p.sentinel] = p, *of_it
        for ended in wait_for(list(running)):
            p, body, out, pipe = running.pop(ended)
            p.join()
            out.seek(0)
            print(out.read().decode(errors="replace"), end="", flush=True)
            if p.exitcode == 0 and pipe.poll():
                for what, n in pipe.recv().items():
                    _said[what] += n
            else:
                expect("'%s' comes to its end" % body.__name__, False, "exit %s" % p.exitcode)


def tell_one(program, body):
    folder = tempfile.mkdtemp(prefix="concordat-")
    print("\n%s" % (body.__doc__ or body.__name__).strip(), flush=True)
    before, begun = _said["not"], time.monotonic()
    regions = []
    try:
        body(lambda name="r", **more: regions.append(Region(program, os.path.join(folder, name), **more))
             or regions[-1])
    except Exception:  # whatever it was, the log below tells more of it
        expect("'%s' comes to its end" % body.__name__, False, traceback.format_exc()[-2000:])
    finally:
        for region in regions:
            region.end()
        if _said["not"] > before:
            for region in regions:  # without what clients say of a broker that the test has stopped
                log = [l for l in region.logged().decode(errors="replace").splitlines() if "code=bus.client" not in l]
                print("--- log of %s\n%s" % (region.site, "\n".join(log)[-3000:]))
        shutil.rmtree(folder, ignore_errors=True)
        print("     %.1f s" % (time.monotonic() - begun), flush=True)
