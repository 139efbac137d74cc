"""signing - the example region as a site of signed bundles, with keys for its approvers and its people."""
import atexit, os, re, shutil, tempfile

from sentences import Failed, ran

HOSPITAL_GUARDIAN, COUNCIL_GUARDIAN = "wexbridge-guardian", "wexshire-guardian"
DISTRICT, EASTWEX, BRIGHTCARE = "district-officer", "eastwex-officer", "brightcare-manager"
ALL = (HOSPITAL_GUARDIAN, COUNCIL_GUARDIAN, DISTRICT, EASTWEX, BRIGHTCARE)
PASSPHRASE = "correct horse battery staple"
KEYS = tempfile.mkdtemp(prefix="concordat-keys-")
atexit.register(lambda maker=os.getpid(): maker == os.getpid() and shutil.rmtree(KEYS))
# Who may act: name, agency, roles, until.
PEOPLE = (("njeri", "wexshire-council", "[holds, extends]", "2099-12-31"),
          ("omar", "wexbridge-hospital", "[holds, extends]", "2099-12-31"),
          ("rosa", "wexbridge-hospital", "[holds, stops]", "2099-12-31"),
          ("pia", "wexbridge-hospital", "[operations, extends]", "2099-12-31"),
          ("dara", "wexshire-council", "payload", "2099-12-31"), ("dina", "wexbridge-district", "holds", "2099-12-31"),
          ("vera", "wexbridge-hospital", "[holds, extends, stops]", "2020-12-31"))


def made(r, *words):
    code, out, err = ran(r.o.program, *words)
    if code != 0:
        raise Failed(out + err)
    return out.strip()


def key_of(r, name):
    return os.path.join(r.o.folder, name + ".approver")


def person_key(r, name):
    return os.path.join(r.o.folder, name + ".pem")


def passphrases(r):
    path = os.path.join(r.o.folder, "passphrase")
    if not os.path.exists(path):
        with open(path, "w") as f:
            f.write((PASSPHRASE + "\n") * 2)  # a line a key
    return path


def by(r, name):
    """How a person signs on the command line."""
    return "--key", person_key(r, name), "--passphrase-file", passphrases(r)


def made_once(r, kind, path):
    """The public key of a new one under the passphrase at path, the same one of its name in all regions of a test: to make
    one takes a sixth of a second of work, which is meant to cost those who guess."""
    name = os.path.basename(path)
    once = os.path.join(KEYS, name)
    if not os.path.exists(once):
        new = tempfile.mkdtemp(dir=KEYS)
        with open(os.path.join(new, "public"), "w") as f:
            f.write(made(r, "key", kind, os.path.join(new, name), "--passphrase-file", passphrases(r)))
        try:
            os.rename(new, once)
        except OSError:  # a story beside this one was quicker
            shutil.rmtree(new)
    shutil.copy2(os.path.join(once, name), path)
    with open(os.path.join(once, "public")) as f:
        return f.read()


def people_of(r):
    lines = ["people:"]
    for name, agency, roles, until in PEOPLE:
        key = made_once(r, "--person", person_key(r, name))
        lines.append("  %s: {agency: %s, roles: %s, key: %s, until: %s}" % (name, agency, roles, key, until))
    return "\n".join(lines) + "\n"


def signed(r, people=True):
    """Turns the example into a site that runs signed bundles alone."""
    for name in ALL[:-1]:  # as older programs made them; the last under a passphrase
        if not os.path.exists(key_of(r, name)):
            with open(os.open(key_of(r, name), os.O_WRONLY | os.O_CREAT, 0o600), "wb") as f:
                f.write(os.urandom(32))
    keys = {name: made(r, "key", "--approver", key_of(r, name)) for name in ALL[:-1]}
    keys[ALL[-1]] = made_once(r, "--approver", key_of(r, ALL[-1]))

    def with_keys(text):
        for name, key in keys.items():
            text = re.sub(r"(%s: .*key: )[^}]*" % name, lambda m: m[1] + key, text)
        return text
    r.edit("region.yaml", with_keys)
    with open(os.path.join(r.site, "region.yaml")) as f:
        block = f.read().split("\napprovers:\n")[1]
    with open(os.path.join(r.site, "approvers.yaml"), "w") as f:
        f.write("approvers:\n" + block)
    if people:
        r.edit("region.yaml", lambda t: t + people_of(r))
    r.edit("site.yaml", lambda t: re.sub(r"(?m)^demo: true.*$", "bundle: first.bundle\napprovers: approvers.yaml", t))
    return r


def pack(r, name, *more):
    path = os.path.join(r.site, name)
    if os.path.exists(path):
        os.unlink(path)
    code, out, err = ran(r.o.program, "bundle", "pack", r.site, "-o", path, *more)
    if code != 0:
        raise Failed(out + err)
    return path, out


def sign(r, path, *names):
    for name in names:
        made(r, "bundle", "sign", path, "--key", key_of(r, name), "--name", name, "--passphrase-file",
             passphrases(r))


def first(r, *names):
    path, out = pack(signed(r), "first.bundle")
    sign(r, path, *(names or ALL))
    return path
