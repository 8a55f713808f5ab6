"""Dispatch 派出: who goes where on which day, and the papers that go with them and to the schools."""
