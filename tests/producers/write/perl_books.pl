# Writes workbooks with Excel::Writer::XLSX; the option "optimised" writes row after row.
use strict;
use warnings;
use Encode qw(decode);
use Excel::Writer::XLSX;

sub words {
    my ($line) = @_;
    chomp $line;
    return map { s/%([0-9A-F]{2})/chr hex $1/ger } split /\t/, $line, -1;
}

my ($book, $page, %formats, %cells, @table, $top_row);
my $optimised = grep { $_ eq 'optimised' } @ARGV;

sub style {
    my ($code) = @_;
    return undef if $code eq '';
    return $formats{$code} //= $book->add_format(num_format => $code);
}

sub put {
    my ($row, $column, $kind, $value, $code, $formula) = @_;
    my @at = ($row - 1, $column - 1);
    $value = $value ? 'TRUE' : 'FALSE' if $kind eq 'boolean' && $formula ne '';
    if ($formula ne '') { $page->write_formula(@at, "=$formula", style($code), $kind eq 'none' ? '' : $value) }
    elsif ($kind eq 'text') { $page->write_string(@at, $value, style($code)) }
    elsif ($kind eq 'number') { $page->write_number(@at, $value, style($code)) }
    elsif ($kind eq 'boolean') { $page->write_boolean(@at, $value, style($code)) }
    elsif ($kind eq 'date') { $page->write_date_time(@at, "${value}.000", style($code)) }
    elsif ($kind eq 'error') { $page->write_formula(@at, "=$value", style($code), $value) }
    else { $page->write_blank(@at, style($code)) }
}

open my $lines, '<', $ARGV[0] or die "$ARGV[0]: $!";
while (my $line = <$lines>) {
    my ($word, @rest) = map { decode('UTF-8', $_) } words($line);
    if ($word eq 'file') {
        %formats = %cells = @table = ();
        $book = Excel::Writer::XLSX->new($rest[0]);
        $book->set_optimization() if $optimised;
        $page = $book->add_worksheet($rest[1]);
    }
    elsif ($word eq 'cell') { $cells{"$rest[0] $rest[1]"} = \@rest; put(@rest) }
    elsif ($word eq 'hide-row') { $page->set_row($rest[0] - 1, undef, undef, 1) }
    elsif ($word eq 'hide-column') { $page->set_column($rest[0] - 1, $rest[0] - 1, undef, undef, 1) }
    elsif ($word eq 'merge') {
        my ($top, $left, $bottom, $right) = @rest;
        $page->merge_range($top - 1, $left - 1, $bottom - 1, $right - 1, '', $book->add_format());
        put(@{$cells{"$top $left"}}) if $cells{"$top $left"};
    }
    elsif ($word eq 'table') {
        my ($name, $top, $left, $bottom, $right) = @rest;
        my @headers = map { { header => $cells{"$top $_"}[3] } } $left .. $right;
        $page->add_table($top - 1, $left - 1, $bottom - 1, $right - 1, { name => $name, columns => \@headers });
    }
    else { $book->close() or die "not written: $!" }
}
