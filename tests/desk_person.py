"""Somebody at the desk in tests: a browser that follows no redirects, and how it fills in forms."""

import re
import warnings

from desk.app import make_app
from tests.desk_names import PASSWORD, Bureau

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the successor of httpx that it asks for is not among our packages
    from starlette.testclient import TestClient

TOKEN = re.compile(r'name="form_token" value="(\w+)"')

TOKEN = re.compile(r'name="form_token" value="(\w+)"')


class Person(TestClient):
    """Somebody with a browser that follows no redirects."""

    def __init__(self, bureau: Bureau, *, address: str = "10.0.0.1") -> None:
        app = make_app(bureau.office, now=bureau.clock)
        scheme = "https" if bureau.office.is_https else "http"
        super().__init__(app, base_url=f"{scheme}://desk", follow_redirects=False, client=(address, 5000))

    def token(self, path: str) -> str:
        """Return the form token of a page."""
        found = TOKEN.findall(self.get(path).text)
        assert found, f"{path} has no form"
        return str(found[-1])

    def log_in(self, account_id: str, password: str = PASSWORD, *, wanted: str = "/"):
        form = {"form_token": self.token("/login"), "account_id": account_id, "next": wanted}
        return self.post("/login", data={**form, "password": password})

    def submit(self, path: str, *, page: str = "", **fields: str):
        return self.post(path, data={"form_token": self.token(page or path), **fields})

    def upload(self, path: str, name: str, content: bytes, *, unit: str = ""):
        form = {"form_token": self.token(path), "unit": unit}
        return self.post(path, data=form, files={"file": (name, content)})


def signed_in(bureau: Bureau, account_id: str) -> Person:
    person = Person(bureau)
    assert person.log_in(account_id).status_code == 303
    return person


def quiet(person: Person) -> TestClient:
    """Return the same browser, to which a bug is an answer and not an exception."""
    return TestClient(
        person.app, raise_server_exceptions=False, cookies=person.cookies, base_url="http://desk"
    )
