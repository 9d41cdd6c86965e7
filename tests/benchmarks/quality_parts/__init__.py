"""What `quality.py` is made of: sets, judge, metrics, the methods compared, and the report."""
