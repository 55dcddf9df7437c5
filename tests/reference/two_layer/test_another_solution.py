"""A solution that is right and written quite differently passes every test: no false alarm."""

import os
import re
import shutil
import subprocess
import sys
from textwrap import dedent, indent

from beras.course.build import KIT

#: Task by task, in the order of the file, what another student might write: loops, einsum, masks, copies.
BLOCKS = [
    ("1.1", "return np.maximum(s, 0)"),
    (
        "1.1",
        """
        value, up = np.empty_like(s), s >= 0
        value[up] = 1 / (1 + np.exp(-s[up]))
        value[~up] = np.exp(s[~up]) / (1 + np.exp(s[~up]))
        return value
        """,
    ),
    ("1.1", "return 1 * s"),
    ("1.2", "return np.where(s > 0, 1.0, 0.0)"),
    ("1.2", "return sigmoid(s) * sigmoid(-s)"),
    ("1.2", "return np.ones(s.shape)"),
    (
        "2.1",
        """
        self.cache["x"] = x.copy()
        self.cache["s_1"] = (W1 @ x.T).T + b1
        self.cache["z_1"] = self.f(self.cache["s_1"])
        self.cache["s_2"] = np.dot(self.cache["z_1"], np.transpose(W2)) + b2[None, :]
        self.cache["y_hat"] = self.g(self.cache["s_2"])
        return self.cache["y_hat"]
        """,
    ),
    (
        "4.3",
        """
        below = self.backward_layer_2(dJdy_hat)
        self.backward_layer_1(below)
        """,
    ),
    (
        "4.1",
        """
        back = np.multiply(dJdy_hat, self.d_g(self.cache["s_2"]))
        self.grads["dJdW2"] = self.grads["dJdW2"] + np.einsum("bo,bh->oh", back, self.cache["z_1"])
        self.grads["dJdb2"] = self.grads["dJdb2"] + np.sum(back, axis=0)
        return np.einsum("bo,oh->bh", back, self.parameters["W2"])
        """,
    ),
    (
        "4.2",
        """
        for gradient, s, x in zip(dJdz_1, self.cache["s_1"], self.cache["x"]):
            self.grads["dJdW1"] += np.outer(gradient * self.d_f(s), x)
            self.grads["dJdb1"] += gradient * self.d_f(s)
        """,
    ),
    (
        "4.4",
        """
        for name in self.grads:
            self.grads[name].fill(0)
        self.cache.clear()
        """,
    ),
    (
        "3.1",
        """
        loss = np.mean(0.5 * (y - y_hat) ** 2)
        return loss, -(y - y_hat) / y.size
        """,
    ),
    (
        "3.2",
        """
        with np.errstate(divide="ignore"):
            of_1, of_0 = (np.maximum(np.log(p), -100) for p in (y_hat, 1 - y_hat))
        slope = np.maximum(y_hat * (1 - y_hat), 1e-12)
        return np.mean(-y * of_1 - (1 - y) * of_0), (y_hat - y) / (slope * y.size)
        """,
    ),
]


def rewritten(text):
    """Return the module with every solution replaced by ours."""
    left = list(BLOCKS)

    def ours(match):
        task, body = left.pop(0)
        assert match["task"] == task
        return match["head"] + indent(dedent(body).strip("\n"), match["indent"]) + "\n"

    pattern = r"(?P<head>(?P<indent> *)# TASK (?P<task>\S+): [^\n]*\n) *# BEGIN SOLUTION\n.*?# END SOLUTION\n"
    text = re.sub(pattern, ours, text, flags=re.DOTALL)
    assert not left
    return text


def test_every_test_passes(solution, tmp_path):
    for name in ("arrays.py", "checks.py", "training.py"):
        shutil.copy(solution / name, tmp_path)
    shutil.copytree(solution / "tests", tmp_path / "tests")
    shutil.copytree(solution / "hidden", tmp_path / "tests" / "hidden")
    for name, source in KIT.items():
        shutil.copy(source, tmp_path / "tests" / name)
    text = (solution / "mlp.py").read_text(encoding="utf-8")
    (tmp_path / "mlp.py").write_text(rewritten(text), encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=tmp_path,
        env={**os.environ, "BERAS_ORACLE": "frozen", "OMP_NUM_THREADS": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"^\d+ passed in", done.stdout, re.MULTILINE), done.stdout
