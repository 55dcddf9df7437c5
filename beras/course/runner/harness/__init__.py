"""What runs inside the child process: the tests of one task, around the student's code.

Standard library and pytest only, and relative imports: in the child this folder is a package of a private name, so that
it needs no beras and meets no module of the student's.
"""
