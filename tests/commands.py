"""Commands as they are typed."""

from sklearn_txaug import __main__ as command_line


def run(*command):
    return command_line.main([str(part) for part in command])


def augment(path, output, *extra, label="kind"):
    return run("augment", path, "--label", label, "--sampler", "gaussian", "--quiet", "-o", output, *extra)
