"""What is copied into the ``tests/`` folder of every assignment: ``kit.py``, and ``shared.py`` as ``conftest.py``."""
