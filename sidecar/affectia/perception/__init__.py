"""From samples to observations: networks run here, each stream's state with its own track."""
