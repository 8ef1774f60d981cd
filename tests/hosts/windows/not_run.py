"""The tests that do not run under Windows' own Python, each with its reason. Whatever else is skipped there fails the run."""

from typing import Final

import pytest

MODES: Final = "POSIX modes, owners, links and pipes; Windows has access lists instead"
SIGNALS: Final = "needs fork, SIGKILL or SIGSTOP"
UNIX_SERVERS: Final = "a server program that exists for Unix only"
DATABASE: Final = "starts a PostgreSQL server of Debian"
OFFICE: Final = "LibreOffice through uno; Wine has none"
LINUX_TOOLS: Final = "made with programs of Linux (strace, sh, apt)"
HOMES: Final = "home folders of POSIX systems: HOME, XDG_* and the list of users"
LINKS_OF_WINE: Final = "Wine 8: makes no symbolic link and says that it did"
README: Final = "the README's first block is for a POSIX shell"

ELSEWHERE: Final = frozenset({UNIX_SERVERS, DATABASE, OFFICE})
"""Reasons of tests that no Windows could run; the share of tests that run leaves them out."""

NOT_RUN: Final[dict[str, str]] = {
    "tests/acceptance/test_cli.py::test_the_list_is_never_written_over_under_another_spelling_of_its_name[export-symbolic link]": LINKS_OF_WINE,
    "tests/acceptance/test_cli.py::test_the_list_is_never_written_over_under_another_spelling_of_its_name[fix-symbolic link]": LINKS_OF_WINE,
    "tests/acceptance/test_cli_review.py::test_the_page_never_replaces_the_list[symbolic.html]": LINKS_OF_WINE,
    "tests/acceptance/test_cli_sftp.py": UNIX_SERVERS,
    "tests/acceptance/test_cli_team.py": DATABASE,
    "tests/acceptance/test_homes_of_every_kind.py::test_a_folder_of_the_desktop_that_cannot_be_looked_at_is_no_unexpected_error": HOMES,
    "tests/acceptance/test_homes_of_every_kind.py::test_a_user_without_a_home_reads_which_variable_to_set": HOMES,
    "tests/acceptance/test_private_by_default.py": MODES,
    "tests/acceptance/test_readme.py::test_the_wheel_holds_every_file_that_the_program_reads": README,
    "tests/acceptance/test_readme.py::test_what_the_readme_installs_does_the_whole_job": README,
    "tests/acceptance/test_small_hostile_files.py": SIGNALS,
    "tests/acceptance/test_workbook_full_loop.py": OFFICE,
    "tests/channels/test_folder.py::test_a_disk_that_is_read_only_is_told": LINUX_TOOLS,
    "tests/channels/test_folder.py::test_a_disk_that_is_really_full_gets_nothing_at_all": LINUX_TOOLS,
    "tests/channels/test_folder.py::test_a_folder_that_may_not_be_written_is_told": MODES,
    "tests/mutants/test_mutants.py": SIGNALS,
    "tests/operations/test_error_details.py::test_a_link_under_the_name_of_the_details_is_not_followed": MODES,
    "tests/operations/test_export.py::test_a_link_is_replaced_and_what_it_leads_to_stays": MODES,
    "tests/operations/test_export.py::test_the_folder_of_exports_that_an_older_version_left_open_becomes_private": MODES,
    "tests/operations/test_export.py::test_the_list_that_was_checked_is_never_written_through_another_name_of_it[symlink]": MODES,
    "tests/operations/test_file_rights.py::test_a_folder_in_which_others_can_write_is_told_by_itself": MODES,
    "tests/operations/test_file_rights.py::test_a_folder_that_cannot_be_listed_is_no_failure": MODES,
    "tests/operations/test_file_rights.py::test_the_command_that_is_told_mends_everything_of_ours_and_nothing_else": MODES,
    "tests/operations/test_file_rights.py::test_what_is_in_a_private_folder_is_private": MODES,
    "tests/operations/test_fix.py::test_the_file_that_was_read_is_never_written_whatever_it_is_called[symlink]": MODES,
    "tests/operations/test_kept_copies.py::test_what_is_no_file_under_the_batches_name_is_told_and_holds_nothing_up[link_to_nowhere]": MODES,
    "tests/operations/test_kept_copies.py::test_what_is_no_file_under_the_batches_name_is_told_and_holds_nothing_up[pipe]": MODES,
    "tests/settings/test_config.py::test_a_pipe_in_the_place_of_the_profiles_is_an_error_at_once": MODES,
    "tests/settings/test_config.py::test_profiles_in_a_folder_that_others_can_change_are_not_used": MODES,
    "tests/settings/test_config.py::test_profiles_that_an_editor_left_readable_are_used_and_made_private": MODES,
    "tests/settings/test_config.py::test_profiles_that_others_can_change_are_neither_used_nor_changed": MODES,
    "tests/settings/test_editing.py::test_a_file_that_is_a_link_into_another_folder_stays_one": MODES,
    "tests/settings/test_editing.py::test_only_the_user_can_read_the_profiles": MODES,
    "tests/settings/test_secrets.py::test_a_link_to_a_private_password_file_is_followed": MODES,
    "tests/settings/test_secrets.py::test_a_password_file_in_a_folder_of_others_is_refused": MODES,
    "tests/settings/test_secrets.py::test_a_password_file_of_another_user_is_refused": MODES,
    "tests/settings/test_secrets.py::test_a_password_file_that_anyone_else_can_use_is_refused": MODES,
    "tests/settings/test_secrets.py::test_a_password_file_that_only_the_user_can_use_is_read": MODES,
    "tests/settings/test_secrets.py::test_a_pipe_in_the_place_of_a_password_file_is_refused_at_once": MODES,
    "tests/test_files.py::test_a_file_that_replaces_another_is_not_open_to_more_users": MODES,
    "tests/test_files.py::test_no_file_is_open_for_everyone_to_write": MODES,
    "tests/test_files.py::test_no_other_user_can_read_a_private_file_from_its_first_byte_on": MODES,
    "tests/test_private_files_modes.py": MODES,
    "tests/test_shell.py::test_bash_reads_every_name_back_exactly_and_runs_none": LINUX_TOOLS,
}
"""File, file::test or file::test[case -> reason. A name stands for everything that begins with it."""


def entry_of(nodeid: str) -> str | None:
    """Return the entry of a test, ``None`` when it has to run."""
    nodeid = nodeid.replace("\\", "/")
    return next((name for name in NOT_RUN if nodeid == name or nodeid.startswith((f"{name}::", f"{name}["))), None)


def skip_what_cannot_run(items: list[pytest.Item]) -> None:
    """Mark the tests of the list as skipped."""
    for item in items:
        if entry := entry_of(item.nodeid):
            item.add_marker(pytest.mark.skip(reason=NOT_RUN[entry]))
