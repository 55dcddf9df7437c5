"""A copy of a row of the table of sources with some of its fields changed."""


def changed(row, **fields):
    return type(row)(**({name: getattr(row, name) for name in row.__slots__} | fields))
