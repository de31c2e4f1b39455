"""treemeta from Python: trees to grow, to open, to ask and to answer with.

Work is done by this process on one thread, unless more ``workers`` are asked for; a script that
does must keep what it runs behind ``if __name__ == "__main__":``, as each worker imports it.
"""
