for s in "ab":
    globals()["make_" + s] = 1
