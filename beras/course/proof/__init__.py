"""What must hold of an assignment, one property in each file; ``beras.course.prove`` puts them together."""
