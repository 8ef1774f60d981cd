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
MOUNTS: Final = "folders that are mounted as POSIX systems do"
LINKS_OF_WINE: Final = "Wine 8: makes no symbolic link and says that it did"
README: Final = "the README's first block is for a POSIX shell"
NAMES: Final = "names of files that POSIX systems allow"
DRIVES_OF_WINE: Final = "Wine 8: does not tell which folder a drive is (subst)"

ELSEWHERE: Final = frozenset({UNIX_SERVERS, DATABASE, OFFICE})
"""Reasons of tests that no Windows could run; the share of tests that run leaves them out."""

NOT_RUN: Final[dict[str, str]] = {
    "tests/acceptance/test_cli.py::test_the_list_is_never_written_over_under_another_spelling_of_its_name[export-symbolic link]": LINKS_OF_WINE,
    "tests/acceptance/test_cli.py::test_the_list_is_never_written_over_under_another_spelling_of_its_name[fix-symbolic link]": LINKS_OF_WINE,
    "tests/acceptance/test_cli_review.py::test_the_page_never_replaces_the_list[symbolic.html]": LINKS_OF_WINE,
    "tests/acceptance/test_cli_sftp.py": UNIX_SERVERS,
    "tests/acceptance/test_cli_approval.py::test_in_a_team_the_users_of_the_database_are_the_people": DATABASE,
    "tests/acceptance/test_cli_approval.py::test_where_the_team_wants_approvals_it_is_told_before_the_question_whatever_the_profile_says": DATABASE,
    "tests/acceptance/test_cli_team.py": DATABASE,
    "tests/acceptance/test_homes_of_every_kind.py::test_a_folder_of_the_desktop_that_cannot_be_looked_at_is_no_unexpected_error": HOMES,
    "tests/acceptance/test_homes_of_every_kind.py::test_a_user_without_a_home_reads_which_variable_to_set": HOMES,
    "tests/acceptance/test_private_by_default.py": MODES,
    "tests/acceptance/test_readme.py::test_the_wheel_holds_every_file_that_the_program_reads": README,
    "tests/acceptance/test_readme.py::test_what_the_readme_installs_does_the_whole_job": README,
    "tests/acceptance/test_small_hostile_files.py": SIGNALS,
    "tests/acceptance/test_workbook_full_loop.py": OFFICE,
    "tests/batch/test_number_formats.py::test_a_real_spreadsheet_program_shows_the_same": OFFICE,
    "tests/channels/test_email.py::test_postfix_is_probed_without_a_mail": UNIX_SERVERS,
    "tests/channels/test_email.py::test_postfix_takes_the_exact_file": UNIX_SERVERS,
    "tests/channels/test_email_faults.py::test_a_large_message_that_breaks_off_has_certainly_failed[postfix*": UNIX_SERVERS,
    "tests/channels/test_email_faults.py::test_a_message_whose_last_line_gets_lost_is_unknown_for_us_and_none_for_the_server[postfix*": UNIX_SERVERS,
    "tests/channels/test_email_faults.py::test_a_program_that_is_killed_has_sent_one_mail_at_most": UNIX_SERVERS,
    "tests/channels/test_email_faults.py::test_a_record_that_cannot_be_made_stops_the_message_with_nothing_sent[postfix*": UNIX_SERVERS,
    "tests/channels/test_email_faults.py::test_whichever_reply_is_lost_the_outcome_is_true_and_no_mail_comes_twice[postfix*": UNIX_SERVERS,
    "tests/channels/test_email_makes.py": UNIX_SERVERS,
    "tests/channels/test_folder.py::test_a_disk_that_is_read_only_is_told": LINUX_TOOLS,
    "tests/channels/test_folder.py::test_a_disk_that_is_really_full_gets_nothing_at_all": LINUX_TOOLS,
    "tests/channels/test_folder.py::test_a_folder_that_may_not_be_written_is_told": MODES,
    "tests/channels/test_ftp_faults.py::test_a_file_is_announced_once_right_before_its_name_is_told": UNIX_SERVERS,
    "tests/channels/test_ftp_faults.py::test_a_file_that_breaks_off_is_never_called_sent": UNIX_SERVERS,
    "tests/channels/test_ftp_faults.py::test_a_program_that_is_killed_in_the_middle_of_a_file_leaves_no_half_file_that_looks_whole": UNIX_SERVERS,
    "tests/channels/test_ftp_faults.py::test_a_record_that_cannot_be_made_sends_not_a_byte_whatever_its_error_is": UNIX_SERVERS,
    "tests/channels/test_ftp_faults.py::test_whichever_reply_is_lost_once_the_outcome_is_true_and_no_file_comes_twice[proftpd*": UNIX_SERVERS,
    "tests/channels/test_ftp_faults.py::test_whichever_reply_is_lost_once_the_outcome_is_true_and_no_file_comes_twice[vsftpd*": UNIX_SERVERS,
    "tests/channels/test_ftp_makes.py": UNIX_SERVERS,
    "tests/channels/test_ftp_makes_faults.py": UNIX_SERVERS,
    "tests/channels/test_ftp_servers.py": UNIX_SERVERS,
    "tests/channels/test_sftp.py": UNIX_SERVERS,
    "tests/channels/test_sftp_faults.py": UNIX_SERVERS,
    "tests/channels/test_sftp_makes.py": UNIX_SERVERS,
    "tests/channels/test_smtp_client.py::test_a_message_without_its_last_line_is_none_at_postfix": UNIX_SERVERS,
    "tests/channels/test_smtp_client.py::test_lines_that_start_with_a_dot_arrive_as_they_were_at_postfix": UNIX_SERVERS,
    "tests/channels/test_ssh_algorithms.py": UNIX_SERVERS,
    "tests/channels/test_ssh_auth.py": UNIX_SERVERS,
    "tests/excel/*[LibreOffice": OFFICE,
    "tests/excel/test_clicks.py::test_a_lock_that_is_a_link_is_not_followed": MODES,
    "tests/excel/test_clicks_in_libreoffice.py": OFFICE,
    "tests/excel/test_clicks_new_server.py": UNIX_SERVERS,
    "tests/excel/test_messages_review.py::test_a_row_that_changes_after_the_review_is_told_on_the_sheet": OFFICE,
    "tests/excel/test_messages_review.py::test_results_beside_the_rows_are_no_change": OFFICE,
    "tests/excel/test_messages_review.py::test_two_rows_that_change_places_are_a_change": OFFICE,
    "tests/excel/test_settings_window_keyboard.py": LINUX_TOOLS,
    "tests/ledger/*[postgresql-": DATABASE,
    "tests/ledger/*[postgresql]": DATABASE,
    "tests/ledger/test_chain.py::test_a_transaction_that_does_not_see_the_latest_event_adds_none": DATABASE,
    "tests/ledger/test_copies.py::test_no_other_user_can_read_a_copy_while_it_is_written": MODES,
    "tests/ledger/test_ledger_power_cuts.py": LINUX_TOOLS,
    "tests/ledger/test_location_folders.py::test_a_drive_that_is_a_folder_which_goes_to_a_cloud_is_refused": DRIVES_OF_WINE,
    "tests/ledger/test_location_folders.py::test_a_link_on_a_network_drive_may_lead_to_this_machine": LINKS_OF_WINE,
    "tests/ledger/test_location_folders.py::test_a_link_to_a_folder_that_goes_to_a_cloud_is_followed": LINKS_OF_WINE,
    "tests/ledger/test_location_folders.py::test_a_link_to_a_network_drive_is_followed": LINKS_OF_WINE,
    "tests/ledger/test_location_folders.py::test_a_view_that_hides_the_folder_it_shows_is_looked_at_once": MOUNTS,
    "tests/ledger/test_location_folders.py::test_another_view_of_folders_is_as_safe_as_they_are": MOUNTS,
    "tests/ledger/test_location_folders.py::test_the_advice_names_a_folder_that_is_safe_and_what_moves": MOUNTS,
    "tests/ledger/test_location_folders.py::test_the_documents_of_a_mac_that_icloud_copies_are_named": LINKS_OF_WINE,
    "tests/ledger/test_outcomes.py::test_a_batch_that_is_being_sent_over_a_connection_has_no_such_time": DATABASE,
    "tests/ledger/test_outcomes.py::test_a_program_that_is_connected_is_not_taken_for_ended_whatever_a_person_says": DATABASE,
    "tests/ledger/test_outcomes.py::test_after_its_time_a_batch_is_unknown_with_words_that_are_true": DATABASE,
    "tests/ledger/test_outcomes.py::test_an_outcome_that_comes_after_a_mark_is_never_lost_and_lets_no_row_go_twice": DATABASE,
    "tests/ledger/test_outcomes.py::test_another_program_cannot_settle_within_that_time_what_it_may_not_settle": DATABASE,
    "tests/ledger/test_outcomes.py::test_no_program_keeps_a_batch_under_way_for_longer_than_two_hours": DATABASE,
    "tests/ledger/test_outcomes.py::test_nothing_that_had_not_begun_to_leave_is_waited_for": DATABASE,
    "tests/ledger/test_outcomes.py::test_only_the_member_who_sent_a_batch_can_record_its_outcome_after_a_mark": DATABASE,
    "tests/ledger/test_outcomes.py::test_others_read_that_a_batch_may_still_be_being_sent_when_its_connection_is_lost": DATABASE,
    "tests/ledger/test_outcomes.py::test_the_same_list_that_went_out_again_after_a_mark_keeps_no_outcome_off_the_record": DATABASE,
    "tests/ledger/test_outcomes.py::test_whatever_is_cut_off_at_length": DATABASE,
    "tests/ledger/test_outcomes.py::test_whatever_is_cut_off_marked_and_recorded_in_whatever_order_no_row_goes_twice_unasked": DATABASE,
    "tests/ledger/test_outcomes.py::test_within_its_time_a_batch_is_marked_by_nobody_who_does_not_say_that_its_program_has_ended": DATABASE,
    "tests/ledger/test_postgresql.py::test_a_batch_carries_the_moment_of_the_program_that_sent_it": DATABASE,
    "tests/ledger/test_postgresql.py::test_a_batch_is_left_alone_while_its_sender_lives_and_is_doubtful_when_it_was_killed": DATABASE,
    "tests/ledger/test_postgresql.py::test_a_commit_is_on_the_disk_and_sees_what_others_have_committed_whatever_the_server_is_set_to": DATABASE,
    "tests/ledger/test_postgresql.py::test_a_commit_that_is_refused_says_why": DATABASE,
    "tests/ledger/test_postgresql.py::test_a_commit_whose_answer_is_lost_is_told_as_doubt_and_the_next_start_tells_the_truth": DATABASE,
    "tests/ledger/test_postgresql.py::test_a_connection_lost_at_the_very_end_says_that_it_may_be_on_record_or_not": DATABASE,
    "tests/ledger/test_postgresql.py::test_a_connection_lost_between_two_steps_is_made_anew_and_the_outcome_is_recorded": DATABASE,
    "tests/ledger/test_postgresql.py::test_a_connection_lost_in_the_middle_records_nothing": DATABASE,
    "tests/ledger/test_postgresql.py::test_a_copy_is_the_business_of_the_administrator_of_the_database": DATABASE,
    "tests/ledger/test_postgresql.py::test_a_database_on_this_machine_is_checked_too_once_its_authority_is_named": DATABASE,
    "tests/ledger/test_postgresql.py::test_a_disk_that_turns_out_to_be_full_at_the_very_end_is_told_and_nothing_is_recorded": DATABASE,
    "tests/ledger/test_postgresql.py::test_a_folder_without_the_socket_of_a_database_is_told_plainly": MODES,
    "tests/ledger/test_postgresql.py::test_a_ledger_of_a_newer_version_can_be_read_and_never_written": DATABASE,
    "tests/ledger/test_postgresql.py::test_a_ledger_that_another_program_keeps_busy_is_told_and_nothing_is_recorded": DATABASE,
    "tests/ledger/test_postgresql.py::test_a_pipe_in_the_place_of_a_certificate_is_refused_at_once": MODES,
    "tests/ledger/test_postgresql.py::test_a_second_batch_is_held_to_the_rules_whichever_program_writes_it": DATABASE,
    "tests/ledger/test_postgresql.py::test_a_server_that_hangs_is_given_up_and_asked_anew_where_nothing_hangs_on_it": DATABASE,
    "tests/ledger/test_postgresql.py::test_a_server_that_is_away_for_long_is_waited_for_and_then_told": DATABASE,
    "tests/ledger/test_postgresql.py::test_a_server_with_no_connection_left_says_to_wait": DATABASE,
    "tests/ledger/test_postgresql.py::test_a_step_that_fails_leaves_the_ledger_as_it_was": DATABASE,
    "tests/ledger/test_postgresql.py::test_a_user_without_rights_is_told_whom_to_ask": DATABASE,
    "tests/ledger/test_postgresql.py::test_an_authority_of_the_team_is_trusted_beside_those_of_this_computer": DATABASE,
    "tests/ledger/test_postgresql.py::test_an_error_of_the_caller_undoes_all_of_it": DATABASE,
    "tests/ledger/test_postgresql.py::test_an_error_that_a_caller_ignored_records_nothing": DATABASE,
    "tests/ledger/test_postgresql.py::test_another_machine_is_talked_to_encrypted_and_only_if_its_certificate_is_right": DATABASE,
    "tests/ledger/test_postgresql.py::test_another_machine_without_encryption_is_told_nothing": DATABASE,
    "tests/ledger/test_postgresql.py::test_no_amount_below_zero_is_recorded_whichever_program_writes_it": DATABASE,
    "tests/ledger/test_postgresql.py::test_no_column_of_what_was_recorded_can_be_written_again": DATABASE,
    "tests/ledger/test_postgresql.py::test_no_program_can_bring_a_batch_back": DATABASE,
    "tests/ledger/test_postgresql.py::test_no_program_can_rewrite_what_was_recorded": DATABASE,
    "tests/ledger/test_postgresql.py::test_no_program_waits_for_ever_and_holds_up_others_whatever_the_server_is_set_to": DATABASE,
    "tests/ledger/test_postgresql.py::test_programs_that_start_at_once_make_the_tables_once": DATABASE,
    "tests/ledger/test_postgresql.py::test_tables_of_the_same_name_elsewhere_are_no_ledger": DATABASE,
    "tests/ledger/test_postgresql.py::test_variables_of_postgresql_lead_nowhere_else": DATABASE,
    "tests/ledger/test_postgresql.py::test_what_is_not_installed_is_named_with_what_to_do": DATABASE,
    "tests/ledger/test_postgresql.py::test_who_cannot_sign_in_is_told_why": DATABASE,
    "tests/ledger/test_postgresql_certificates.py::test_an_authority_below_the_topmost_one_is_told_as_that": DATABASE,
    "tests/ledger/test_postgresql_certificates.py::test_an_unknown_issuer_and_an_expired_certificate_are_told_apart": DATABASE,
    "tests/ledger/test_approvals_members.py": DATABASE,
    "tests/ledger/test_postgresql_members.py": DATABASE,
    "tests/ledger/test_postgresql_results.py": DATABASE,
    "tests/ledger/test_postgresql_random_member.py": DATABASE,
    "tests/ledger/test_postgresql_session.py": DATABASE,
    "tests/ledger/test_sqlite.py::test_a_ledger_may_be_a_link_that_this_user_made": MODES,
    "tests/ledger/test_sqlite.py::test_a_ledger_that_is_a_link_of_another_user_is_not_opened": MODES,
    "tests/ledger/test_sqlite.py::test_a_ledger_that_was_open_to_others_becomes_private": MODES,
    "tests/ledger/test_sqlite.py::test_only_this_user_may_read_the_copy_from_before": MODES,
    "tests/ledger/test_sqlite.py::test_only_this_user_may_read_the_ledger": MODES,
    "tests/ledger/test_sqlite.py::test_the_ledger_its_log_and_its_index_are_private_whatever_the_umask": MODES,
    "tests/mutants/test_mutants.py": SIGNALS,
    "tests/operations/test_answers.py::test_answers_and_their_folder_are_private": MODES,
    "tests/operations/test_answers.py::test_answers_of_an_older_version_that_others_can_read_are_used": MODES,
    "tests/operations/test_answers.py::test_answers_that_others_can_change_are_asked_for_again": MODES,
    "tests/operations/test_answers.py::test_no_link_is_followed_when_answers_are_kept": MODES,
    "tests/operations/test_error_details.py::test_a_link_under_the_name_of_the_details_is_not_followed": MODES,
    "tests/operations/test_export.py::test_a_link_is_replaced_and_what_it_leads_to_stays": MODES,
    "tests/operations/test_export.py::test_the_folder_of_exports_that_an_older_version_left_open_becomes_private": MODES,
    "tests/operations/test_export.py::test_the_list_that_was_checked_is_never_written_through_another_name_of_it[symlink]": MODES,
    "tests/operations/test_file_rights.py::test_a_folder_in_which_others_can_write_is_told_by_itself": MODES,
    "tests/operations/test_file_rights.py::test_a_folder_that_cannot_be_listed_is_no_failure": MODES,
    "tests/operations/test_file_rights.py::test_the_command_that_is_told_mends_everything_of_ours_and_nothing_else": MODES,
    "tests/operations/test_file_rights.py::test_what_is_in_a_private_folder_is_private": MODES,
    "tests/operations/test_fix.py::test_the_file_that_was_read_is_never_written_whatever_it_is_called[symlink]": MODES,
    "tests/operations/test_import_into.py::test_a_link_to_a_workbook_stays_a_link": MODES,
    "tests/operations/test_import_into.py::test_the_copy_of_a_workbook_that_only_this_user_may_read_is_as_private": MODES,
    "tests/operations/test_import_into.py::test_the_counts_above_the_rows_are_those_of_all_rows_when_libreoffice_opens_the_workbook": OFFICE,
    "tests/operations/test_kept_copies.py::test_what_is_no_file_under_the_batches_name_is_told_and_holds_nothing_up[link_to_nowhere]": MODES,
    "tests/operations/test_kept_copies.py::test_what_is_no_file_under_the_batches_name_is_told_and_holds_nothing_up[pipe]": MODES,
    "tests/operations/test_send_kills.py::test_killed_while_an_ftp_server_of_another_make_has_the_file_the_next_start_tells_the_truth": UNIX_SERVERS,
    "tests/operations/test_texts.py::test_a_command_shows_every_character_and_is_read_back_exactly": LINUX_TOOLS,
    "tests/operations/test_kept_pending.py::test_a_download_of_any_name_is_kept_under_it": NAMES,
    "tests/operations/test_kept_pending.py::test_a_kept_copy_is_known_by_a_link_too": LINKS_OF_WINE,
    "tests/operations/test_kept_pending.py::test_facts_that_were_changed_are_refused_and_replaced_by_the_next_download[<lambda>11]": NAMES,
    "tests/operations/test_kept_pending.py::test_only_this_user_can_read_what_is_kept": MODES,
    "tests/operations/test_replaced_workbook.py::test_a_group_that_cannot_be_kept_is_not_exchanged_for_another_one_with_its_rights": MODES,
    "tests/operations/test_replaced_workbook.py::test_a_workbook_that_is_open_under_its_own_name_is_not_replaced_through_a_link*": LINKS_OF_WINE,
    "tests/operations/test_replaced_workbook.py::test_the_workbook_and_its_copy_have_the_rights_that_it_had*": MODES,
    "tests/operations/test_replaced_workbook.py::test_the_workbook_keeps_its_owner_and_group_where_this_user_may_hand_it_over": MODES,
    "tests/operations/test_workbook_rows.py::test_the_live_check_of_rows_saved_in_libreoffice_is_calculated_for_new_ones": OFFICE,
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
    "tests/test_private_files.py": MODES,
    "tests/test_shell.py::test_bash_reads_every_name_back_exactly_and_runs_none": LINUX_TOOLS,
    "tests/test_trusted_certificates.py::test_a_file_that_others_can_change_is_refused_and_keeps_its_mode": MODES,
    "tests/test_trusted_certificates.py::test_a_file_that_others_can_read_stays_so": MODES,
    "tests/test_trusted_certificates.py::test_a_pipe_in_its_place_is_refused_at_once": MODES,
    "tests/workbook_builder/test_build_command_lines.py::test_names_that_people_give_work[mac]": LINUX_TOOLS,
    "tests/workbook_builder/test_build_command_lines.py::test_on_a_mac_a_path_of_python_that_sh_would_cut_is_refused": LINUX_TOOLS,
    "tests/workbook_builder/test_build_command_lines.py::test_on_a_mac_no_module_beside_the_workbook_is_loaded": LINUX_TOOLS,
    "tests/workbook_builder/test_build_command_lines.py::test_refused_are_exactly_the_characters_that_the_system_would_read_otherwise[mac]": LINUX_TOOLS,
    "tests/workbook_builder/test_build_in_libreoffice.py": OFFICE,
    "tests/workbook_builder/test_build_prints.py": OFFICE,
}
"""File, file::test or file::test[case -> reason. A name stands for everything that begins with it, a star
for any text."""


def entry_of(nodeid: str) -> str | None:
    """Return the entry of a test, ``None`` when it has to run."""
    nodeid = nodeid.replace("\\", "/")
    return next((name for name in NOT_RUN if _stands_for(name, nodeid)), None)


def _stands_for(name: str, nodeid: str) -> bool:
    start, star, rest = name.partition("*")
    if star:
        return nodeid.startswith(start) and rest in nodeid
    return nodeid == name or nodeid.startswith((f"{name}::", f"{name}["))


def skip_what_cannot_run(items: list[pytest.Item]) -> None:
    """Mark the tests of the list as skipped."""
    for item in items:
        if entry := entry_of(item.nodeid):
            item.add_marker(pytest.mark.skip(reason=NOT_RUN[entry]))
