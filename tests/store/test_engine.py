"""A store that cannot be reached is one clear message, without the password."""

import pytest

from inspection.errors import SettingError
from inspection.store.engine import migrate, reading


def test_a_database_that_is_down_says_what_to_do_and_keeps_the_password() -> None:
    url = "postgresql://office:hush@127.0.0.1:1/inspection"
    with pytest.raises(SettingError) as caught:
        migrate(url)
    message = str(caught.value)
    assert message.startswith("无法使用业务数据库\n- INSPECTION_DATABASE_URL：应为可连接的数据库")
    assert "请确认数据库已启动、地址和账号正确，然后重新运行。（SET-001）" in message
    assert "hush" not in message


def test_a_missing_table_is_a_bug_and_not_a_setting(tmp_path) -> None:
    from sqlalchemy import text

    with (
        pytest.raises(Exception, match="no such table") as caught,
        reading(f"sqlite:///{tmp_path}/x.db") as session,
    ):
        session.execute(text("SELECT * FROM school"))
    assert not isinstance(caught.value, SettingError)
