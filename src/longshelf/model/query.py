"""A query is a small tree of plain objects. It says which items; it does not say how to find them.

`store/engine` compiles it to SQL, `index` to bitmaps, and `matches` evaluates it in plain Python on one item: slow, obvious, and the
oracle both engines are tested against."""
