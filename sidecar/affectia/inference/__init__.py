"""Models: which ones there are, where they lie, how they arrive, and how they are run.

Nothing here downloads unless `ModelStore.pull` is called; a running sidecar only ever calls `ModelStore.path`.
"""
