"""How good the networks are on recordings with labels: loaders of data sets, metrics, and runs."""
