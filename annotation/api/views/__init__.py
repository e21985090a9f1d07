"""parse → access → operation or query → shape."""
