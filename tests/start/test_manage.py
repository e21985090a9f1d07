"""manage.py beside a ./start needs no variables."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PRINT_KEY = "from django.conf import settings; print('key', settings.SECRET_KEY)"


def test_it_uses_what_start_left_in_its_data_folder(tmp_path: Path) -> None:
    left = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
        "REDIS_URL": "redis://127.0.0.1:9/0",
        "QUERENT_SECRET_KEY": "kept by start",
    }
    (tmp_path / "secrets.json").write_text(json.dumps({"environment": left}))
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", PRINT_KEY]
    done = subprocess.run(
        command, cwd=ROOT, env=kept | {"QUERENT_DATA_DIR": str(tmp_path)}, capture_output=True, text=True, timeout=300
    )
    assert "key kept by start" in done.stdout, done.stderr


def test_a_simulation_offline_needs_neither_variables_nor_servers(tmp_path: Path) -> None:
    rows = "".join(f"{'good' if n % 2 else 'bad'} number {n},{n % 2}\n" for n in range(60))
    (tmp_path / "rows.csv").write_text("text,label\n" + rows)
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "manage.py", "simulate", str(tmp_path / "rows.csv"), "--offline"]
    done = subprocess.run(
        [*command, "--labels", "20", "--seeds", "1"], cwd=ROOT, env=kept | {"QUERENT_DATA_DIR": str(tmp_path)},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "labels to accuracy" in done.stdout
