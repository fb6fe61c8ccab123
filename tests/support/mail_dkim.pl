# What Perl's Mail::DKIM thinks of a message: usage: mail_dkim.pl PORT-OF-NAME-SERVER FILE
use strict;
use warnings;
use Mail::DKIM::ARC::Verifier;
use Mail::DKIM::DNS;
use Mail::DKIM::Verifier;
use Net::DNS::Resolver;

my ($port, $file) = @ARGV;
Mail::DKIM::DNS::resolver(Net::DNS::Resolver->new(nameservers => ['127.0.0.1'], port => $port, recurse => 1));
open(my $in, '<:raw', $file) or die $!;
local $/;
my $message = <$in>;

my $dkim = Mail::DKIM::Verifier->new();
$dkim->PRINT($message);
$dkim->CLOSE;
print join(' ', 'dkim', map { $_->result } $dkim->signatures), "\n";

my $arc = Mail::DKIM::ARC::Verifier->new();
$arc->PRINT($message);
$arc->CLOSE;
print join(' ', 'arc', $arc->result), "\n";
