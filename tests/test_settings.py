"""byline.yml, mkdocs.yml and the environment: one typed object, or every problem at once."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.settings import check, find_root, load, mkdocs
from pipeline.settings.explained import explained, settings_explained
from pipeline.settings.sections import Sections, Settings

MKDOCS = "site_name: Ana Ruiz\nsite_url: https://ana-ruiz.example/\n"
law = settings(derandomize=True, deadline=None, max_examples=60)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mkdocs.yml").write_text(MKDOCS)
    (tmp_path / "byline.yml").write_text("")
    return tmp_path


def problems_of(folder, byline=None, mkdocs=None):
    for name, text in (("byline.yml", byline), ("mkdocs.yml", mkdocs)):
        if text is not None:
            (folder / name).write_text(text)
    with pytest.raises(SettingsError) as raised:
        load(folder, {})
    assert str(raised.value) == "\n".join(raised.value.problems)
    return raised.value.problems


# -- what is right


def test_a_site_needs_no_settings_but_its_name_and_address(folder):
    settings = load(folder, {})

    assert isinstance(settings, Settings)
    assert settings.pull == Sections().pull
    assert (settings.site.site_name, settings.site.author) == ("Ana Ruiz", "Ana Ruiz")
    assert (settings.content, settings.output) == (folder / "content", folder / "site")
    assert settings.overrides == folder / "overrides"
    assert settings.database_url == folder / ".byline" / "byline.db"


def test_settings_are_read_from_both_files(folder):
    (folder / "byline.yml").write_text(
        "pull:\n  feeds:\n  - url: https://a.example/feed\n    title: A\n  concurrency: 3\n"
    )
    (folder / "mkdocs.yml").write_text(
        MKDOCS + "site_author: A. Ruiz\ndocs_dir: pages\ntheme:\n  name: material\n  language: de\n  custom_dir: mine\n"
    )
    settings = load(folder, {})

    assert [(feed.url, feed.title) for feed in settings.pull.feeds] == [("https://a.example/feed", "A")]
    assert settings.pull.concurrency == 3
    assert (settings.site.author, settings.site.language) == ("A. Ruiz", "de")
    assert (settings.content, settings.overrides) == (folder / "pages", folder / "mine")


def test_a_new_site_has_right_settings(site):
    assert load(site, {}).site.site_name == "Ana Ruiz"


def test_settings_cannot_be_changed_after_they_are_read(folder):
    with pytest.raises(ValueError, match="frozen"):
        load(folder, {}).pull.concurrency = 5


def test_a_section_left_empty_counts_as_not_said(folder):
    (folder / "byline.yml").write_text("pull:\nsend:\n")

    assert load(folder, {}).pull == Sections().pull


# -- what is wrong


def test_every_problem_is_told_at_once_with_file_and_line(folder):
    byline = """\
pull:
  concurrency: 0
  feeds:
  - url: https://a.example/
  - url: nowhere
  - title: no address
select:
  topics:
    ports:
      weight: 11
send:
  sender: nobody
  smtp:
    security: some
colour: red
"""
    problems = problems_of(folder, byline, "site_name: X\nsite_url: ana-ruiz.example\n")
    told = {problem.split(": ")[0]: problem for problem in problems}

    places = [2, 5, 6, 9, 10, 12, 14, 15]
    assert sorted(told) == sorted([f"byline.yml:{line}" for line in places] + ["mkdocs.yml:2"])
    assert "pull.concurrency" in told["byline.yml:2"]
    assert "must be a full web address" in told["byline.yml:5"]
    assert "pull.feeds.2.url" in told["byline.yml:6"]
    assert "select.topics.ports.phrases" in told["byline.yml:9"]
    assert "starttls" in told["byline.yml:14"]
    assert len(problems) == len(told)


def test_a_problem_says_what_the_setting_is_for(folder):
    (problem,) = problems_of(folder, "pull:\n  timeout_seconds: soon\n")

    assert "How long one feed may take." in problem


@pytest.mark.parametrize(
    ("byline", "line", "setting", "neighbours"),
    [
        ("pul: {}\n", 1, "pul", "assist, connect, publish, pull, select, send, write"),
        ("pull:\n  feed: []\n", 2, "pull.feed", "concurrency, feeds, max_megabytes, pause_seconds, timeout_seconds"),
        ("send:\n  smtp:\n    prot: 1\n", 3, "send.smtp.prot", "connections, host, port, security, username"),
        (
            "pull:\n  feeds:\n  - url: https://a.example/\n    name: A\n",
            4,
            "pull.feeds.0.name",
            "allow_private, listed, title, topics, trust, url",
        ),
        (
            "select:\n  topics:\n    a:\n      phrases: []\n      wight: 1\n",
            5,
            "select.topics.a.wight",
            "exclude, phrases, weight",
        ),
    ],
)
def test_an_unknown_setting_names_its_neighbours(folder, byline, line, setting, neighbours):
    assert problems_of(folder, byline) == (
        f"byline.yml:{line}: there is no setting {setting}; known here: {neighbours}",
    )


@pytest.mark.parametrize(
    ("byline", "line"),
    [
        ("pull:\n  feeds: [\n", 3),
        ("pull:\n\tfeeds: 1\n", 2),
        ("- a\n", 1),
        ("words", 1),
        ("a: 'b\n", 1),
        ("a\0: b", 1),
    ],
)
def test_a_file_that_is_no_yaml_is_told_with_its_line(folder, byline, line):
    problems = problems_of(folder, byline)

    assert [problem.split(": ")[0] for problem in problems] == [f"byline.yml:{line}"]


@pytest.mark.parametrize("name", ["byline.yml", "mkdocs.yml"])
def test_a_file_that_is_missing_or_no_text_is_told(folder, name):
    (folder / name).write_bytes(b"\xff\xfe\x00")
    (problem,) = problems_of(folder)
    assert re.match(rf"{name}: cannot be read .*UTF-8", problem)

    (folder / name).unlink()
    (problem,) = problems_of(folder)
    assert problem == f"{name}: is missing; `byline init DIR` shows what a whole site has"


@pytest.mark.parametrize("byline", ["send:\n  reason: 2026-02-30\n", "send:\n  reason: 2026-11-23T25:00:00\n"])
def test_a_day_that_does_not_exist_is_told(folder, byline):
    (problem,) = problems_of(folder, byline)

    assert problem.startswith("byline.yml:")


def test_an_empty_mkdocs_yml_is_told(folder):
    assert [problem for problem in problems_of(folder, mkdocs="") if problem.startswith("mkdocs.yml")]


def test_a_problem_in_the_theme_names_its_line(folder):
    (problem,) = problems_of(folder, mkdocs=MKDOCS + "theme:\n  name: material\n  language: 5\n")

    assert problem.startswith("mkdocs.yml:5: ")


def test_check_tells_what_load_would(folder):
    text = "pull:\n  concurrency: 0\nnope: 1\n"
    with pytest.raises(SettingsError) as raised:
        check(text)

    assert raised.value.problems == problems_of(folder, text)
    check("pull:\n  concurrency: 1\n")


@pytest.mark.parametrize("sender", ["Ana\r\nBcc: x@a.example <ana@a.example>", "Ana", "", "@"])
def test_a_sender_that_is_no_mail_address_is_refused(folder, sender):
    (problem,) = problems_of(folder, f"send:\n  sender: {sender!r}\n".replace("'", '"'))

    assert problem.startswith("byline.yml:2: send.sender: ")
    assert "Who the letter is from" in problem


# -- mkdocs.yml


def test_an_mkdocs_yml_with_tags_of_its_own_is_read(folder, monkeypatch):
    monkeypatch.setenv("SITE_ADDRESS", "https://of-another-site.example/")
    (folder / "mkdocs.yml").write_text("""\
site_name: !ENV [NOT_SET, Ana Ruiz]
site_url: !ENV SITE_ADDRESS
edit_uri: !relative $docs_dir
markdown_extensions:
  - pymdownx.emoji:
      emoji_index: !!python/name:material.extensions.emoji.twemoji
      evil: !!python/object/apply:os.system ["exit 1"]
""")
    site = load(folder, {"SITE_ADDRESS": "https://from-the-environment.example/"}).site

    assert (site.site_name, site.site_url) == ("Ana Ruiz", "https://from-the-environment.example/")


@pytest.mark.parametrize("name", ["DATABASE_URL", "BYLINE_SMTP_PASSWORD", "BYLINE_TOKEN_KEYS"])
def test_a_secret_is_no_name_of_a_site(folder, name):
    (folder / "mkdocs.yml").write_text(MKDOCS.replace("Ana Ruiz", f"!ENV [{name}, ANA, Nobody]"), encoding="utf-8")
    assert load(folder, {name: f"postgresql://{'x' * 30}", "ANA": "Ana"}).site.site_name == "Ana"


def test_what_env_may_stand_for_is_what_mkdocs_takes_it_for(folder, monkeypatch):
    """Numbers, names that are set to nothing, lists of one, and no variable at all."""
    from mkdocs.utils.yaml import yaml_load

    monkeypatch.setenv("SET", "12")
    monkeypatch.setenv("EMPTY", "")
    text = (
        "a: !ENV SET\nb: !ENV [SET]\nc: !ENV [NONE, true]\nd: !ENV NONE\ne: !ENV [EMPTY, x]\nf: !ENV [NONE, SET, 3]\n"
    )
    (folder / "mkdocs.yml").write_text(text, encoding="utf-8")
    ours = mkdocs.read(folder / "mkdocs.yml", {"SET": "12", "EMPTY": ""}, []).data
    assert {name: ours.get(name) for name in "abcdef"} == yaml_load(text)
    (folder / "mkdocs.yml").write_text("a: !ENV {SET: x}\n", encoding="utf-8")
    problems = []
    assert mkdocs.read(folder / "mkdocs.yml", {}, problems) is None
    assert "!ENV names a variable" in problems[0]


def test_an_mkdocs_yml_that_inherits_is_read_with_what_it_inherits(folder):
    (folder / "shared").mkdir()
    (folder / "shared/base.yml").write_text(
        "site_name: Theirs\ntheme:\n  language: pt\n  features: [a]\nhooks: [shared.py]\n", encoding="utf-8"
    )
    (folder / "mkdocs.yml").write_text(f"INHERIT: shared/base.yml\n{MKDOCS}theme:\n  features: [b]\n", encoding="utf-8")
    site = load(folder, {}).site
    assert (site.language, site.theme.features, site.hooks) == ("pt", ("b",), ("shared.py",))
    assert site.site_name != "Theirs"


@pytest.mark.parametrize(
    ("base", "problem"),
    [
        (None, "base.yml: is missing"),
        ("a: [", "base.yml:1: "),
        ("INHERIT: mkdocs.yml\n", "base.yml:1: INHERIT leads back to mkdocs.yml"),
    ],
)
def test_what_is_wrong_with_an_inherited_file_is_told_with_its_name(folder, base, problem):
    if base:
        (folder / "base.yml").write_text(base, encoding="utf-8")
    (folder / "mkdocs.yml").write_text(f"INHERIT: base.yml\n{MKDOCS}", encoding="utf-8")
    with pytest.raises(SettingsError, match=re.escape(problem)):
        load(folder, {})


def test_a_theme_that_is_only_a_name_is_read(folder):
    (folder / "mkdocs.yml").write_text(MKDOCS + "theme: material\n")

    assert load(folder, {}).site.language == "en"


# -- the environment


def test_secrets_come_from_the_environment_and_print_as_asterisks(folder):
    environment = {
        "BYLINE_SMTP_PASSWORD": "open sesame",
        "DATABASE_URL": "postgres://ana:sesame@db.example/byline",
    }
    settings = load(folder, environment)

    assert settings.secrets.smtp_password.get_secret_value() == "open sesame"
    assert settings.database_url == "postgresql+psycopg://ana:sesame@db.example/byline"
    for shown in (str(settings), repr(settings), str(settings.secrets), str(settings.model_dump())):
        assert "sesame" not in shown
    assert "**" in repr(settings.secrets)


def test_secrets_are_no_settings_of_a_file(folder):
    (problem,) = problems_of(folder, "secrets:\n  smtp_password: x\n")

    assert "there is no setting secrets" in problem


@pytest.mark.parametrize("url", ["sqlite:////var/lib/byline.db", "postgresql+psycopg://a@b/c"])
def test_a_database_url_that_names_its_driver_is_taken_as_it_is(folder, url):
    assert load(folder, {"DATABASE_URL": url}).database_url == url


def test_an_empty_variable_counts_as_none(folder):
    secrets = load(folder, {"BYLINE_SMTP_PASSWORD": "", "DATABASE_URL": ""}).secrets

    assert secrets.smtp_password is None
    assert secrets.database_url is None


# -- where it is


def test_the_site_is_found_from_any_folder_inside(folder):
    inside = folder / "content" / "posts"
    inside.mkdir(parents=True)

    assert find_root(inside) == find_root(folder) == folder


def test_no_site_around_is_told_with_what_to_do(tmp_path):
    (tmp_path / "byline.yml").mkdir()
    with pytest.raises(SettingsError, match=re.escape(f"no byline.yml in {tmp_path} or above it")) as raised:
        find_root(tmp_path)

    assert "byline init DIR" in str(raised.value)


# -- the settings in words

words = st.text(max_size=25)
values = st.fixed_dictionaries(
    {
        "pull": st.fixed_dictionaries(
            {
                "feeds": st.lists(
                    st.fixed_dictionaries({"url": st.just("https://a.example/f"), "title": words}), max_size=2
                )
            },
            optional={"concurrency": st.integers(1, 99)},
        ),
        "select": st.fixed_dictionaries(
            {
                "topics": st.dictionaries(
                    words, st.fixed_dictionaries({"phrases": st.lists(words, max_size=3)}), max_size=2
                )
            }
        ),
        "send": st.fixed_dictionaries(
            {"reason": words, "postal_address": words, "smtp": st.fixed_dictionaries({"username": words})},
            optional={"unsubscribe_url": st.sampled_from([None, "https://a.example/u"])},
        ),
    },
    optional={"connect": st.fixed_dictionaries({"people": st.lists(words, max_size=3)})},
)


@law
@given(values)
def test_explained_settings_are_the_same_settings_when_read(given_values):
    assert read(explained(given_values)) == Sections.model_validate(given_values)


def read(text):
    from pipeline.yamltext import parse

    check(text)
    return Sections.model_validate({name: section for name, section in parse(text).items() if section is not None})


def test_explained_without_values_says_every_default():
    assert read(explained({})) == Sections()


def test_each_setting_stands_under_its_explanation():
    every = [line.strip() for line in explained({}).splitlines()]
    lines = [line for line in every if not line.startswith("#   ")]  # what the items of a list may say
    inside_lists = ("pull.feeds.", "select.topics.", "send.dkim.", "connect.cadence.")
    named = [name for name, _ in settings_explained() if not name.startswith(inside_lists)]
    assert len(named) > 20

    for name, documentation in settings_explained():
        if name in named:
            below = lines[lines.index(f"# {documentation}") + 1]
            assert re.match(rf"(# )?{name.rpartition('.')[2]}:", below), name
        else:
            assert f"#   {name.rpartition('.')[2]}: {documentation}" in every


def test_every_setting_has_a_documentation():
    def undocumented(section, prefix=""):
        from pipeline.settings.explained import section_of

        for name, field in section.model_fields.items():
            inner = section_of(field.annotation)
            if not field.description and prefix:
                yield prefix + name
            if inner:
                yield from undocumented(inner, f"{prefix}{name}.")

    assert list(undocumented(Sections)) == []
    assert all(section.annotation.__doc__ for section in Sections.model_fields.values())


def test_mail_addresses_beyond_ascii_are_written_as_servers_take_them(site):
    (site / "byline.yml").write_text("send:\n  sender: Jörg <j@bücher.example>\n", encoding="utf-8")
    assert load(site, {}).send.sender == "Jörg <j@xn--bcher-kva.example>"


@pytest.mark.parametrize("line", ["sender: jörg@example.org", "list_id: letter.bücher.example", "list_id: a b"])
def test_what_no_mail_header_takes_is_told(site, line):
    (site / "byline.yml").write_text(f"send:\n  {line}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"byline\.yml:2: send\."):
        load(site, {})
