<?php
// PHP ext-soap: goes through the steps (see flat.py for the lines). Usage: client.php STEPS BASE_URL

declare(strict_types=1);

const HEADERS = [
    'ActiveOrganisationHeader' => 'http://rep.oio.dk/ams.dk/xml/schemas/2005/09/01/',
    'RequestUserMetadataHeader' => 'http://service.bm.dk/RequestUserMetadata/2015/01/21/',
    'SequenceRequest' => 'http://docs.oasis-open.org/ws-rx/wsrm/200602',
];
const TIMES = ['EventDate', 'CreatedDateTime', 'ReadDateTime', 'RegistrationDateTime'];

date_default_timezone_set('UTC');
[, $file, $base] = $argv;
$clients = [];
$kept = [];
foreach (read_steps($file) as $step) {
    echo "= {$step['name']}\n";
    try {
        $clients[$step['path']] ??= new SoapClient("$base{$step['path']}?wsdl", options());
        $lines = call($clients[$step['path']], $step, $kept);
        for ($n = 1; $n < $step['repeat']; $n++) {
            if (call($clients[$step['path']], $step, $kept) !== $lines) {
                throw new RuntimeException('two answers differ');
            }
        }
        foreach ($lines as $path => $text) {
            echo "$path\t$text\n";
        }
        foreach ($step['keep'] as $name => $path) {
            $kept[$name] = unescape($lines[$path]);
        }
    } catch (Throwable $error) {
        echo "error\t", escape($error->getMessage()), "\n";
    }
}

function options(): array
{
    $options = ['features' => SOAP_SINGLE_ELEMENT_ARRAYS, 'keep_alive' => true, 'cache_wsdl' => WSDL_CACHE_NONE];
    if (getenv('INTEROP_SOAP12')) {
        $options['soap_version'] = SOAP_1_2;
    }
    if ($tls = getenv('INTEROP_TLS')) {
        $options['stream_context'] = stream_context_create(['ssl' => ['cafile' => "$tls/ca.pem", 'local_cert' => "$tls/client-both.pem"]]);
    }
    return $options;
}

function call(SoapClient $client, array $step, array $kept): array
{
    $headers = [];
    foreach (tree($step['header'], $kept) as $name => $value) {
        $headers[] = new SoapHeader(HEADERS[$name], $name, $value);
    }
    $lines = [];
    try {
        flatten($client->__soapCall($step['operation'], [tree($step['body'], $kept)], null, $headers), '', $lines);
    } catch (SoapFault $fault) {
        if (!isset($fault->detail->FaultDetails)) {
            throw $fault;
        }
        $lines = ['Fault.code' => preg_replace('/.*:/', '', $fault->faultcode), 'Fault.text' => escape($fault->faultstring)];
        flatten($fault->detail->FaultDetails, 'Fault', $lines);
    }
    return $lines;
}

function flatten(mixed $value, string $path, array &$lines): void
{
    if (is_object($value)) {
        foreach (get_object_vars($value) as $name => $child) {
            flatten($child, $path === '' ? $name : "$path.$name", $lines);
        }
    } elseif (is_array($value)) {
        foreach ($value as $index => $child) {
            flatten($child, "{$path}[$index]", $lines);
        }
    } elseif ($value !== null) {
        $lines[$path] = shown($path, $value);
    }
}

function shown(string $path, mixed $value): string
{
    $name = preg_replace('/.*\./', '', $path);
    return match (true) {
        is_bool($value) => $value ? 'true' : 'false',
        $path === 'CitizenMessageDocument' => strlen($value) . ' bytes ' . hash('sha256', $value),
        in_array($name, TIMES) => (new DateTimeImmutable($value))->setTimezone(new DateTimeZone('UTC'))->format('Y-m-d\TH:i:s\Z'),
        default => escape((string) $value),
    };
}

function tree(array $leaves, array $kept): array
{
    $root = [];
    foreach ($leaves as [$path, $kind, $text]) {
        $place = &$root;
        foreach (preg_split('/[.\[\]]+/', $path, -1, PREG_SPLIT_NO_EMPTY) as $name) {
            $place = &$place[$name];
        }
        $text = str_starts_with($text, '$') ? $kept[substr($text, 1)] : $text;
        $place = match ($kind) {
            'int' => (int) $text,
            'bool' => $text === 'true',
            'file' => file_get_contents($text),
            default => $text,
        };
        unset($place);
    }
    return $root;
}

function read_steps(string $file): array
{
    $steps = [];
    foreach (file($file, FILE_IGNORE_NEW_LINES) as $line) {
        $words = explode("\t", $line);
        $last = count($steps) - 1;
        if ($last >= 0) {
            $step = &$steps[$last];
        }
        switch ($words[0]) {
            case 'call':
                $steps[] = ['name' => $words[1], 'path' => $words[2], 'operation' => $words[3], 'header' => [], 'body' => [], 'keep' => [], 'repeat' => 1];
                break;
            case 'repeat':
                $step['repeat'] = (int) $words[1];
                break;
            case 'keep':
                $step['keep'][$words[1]] = $words[2];
                break;
            default:
                $step[$words[0]][] = [$words[1], $words[2], unescape($words[3])];
        }
        unset($step);
    }
    return $steps;
}

function escape(string $text): string
{
    return strtr($text, ['\\' => '\\\\', "\n" => '\n', "\t" => '\t', "\r" => '\r']);
}

function unescape(string $text): string
{
    return strtr($text, ['\\\\' => '\\', '\n' => "\n", '\t' => "\t", '\r' => "\r"]);
}
