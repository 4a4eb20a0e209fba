// The plain lines between the runner and its clients (see flat.py), for the clients of Mono: generated classes are filled and read by reflection.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Serialization;

class Step
{
    public string Name, Path, Operation;
    public List<string[]> Header = new List<string[]>(), Body = new List<string[]>();
    public List<string[]> Keep = new List<string[]>();
    public int Repeat = 1;
}

class Lines : List<KeyValuePair<string, string>>
{
    public void Add(string path, string text) { Add(new KeyValuePair<string, string>(path, text)); }
}

static class Flat
{
    static readonly Dictionary<string, string> kept = new Dictionary<string, string>();

    public static void Run(string file, Func<Step, Lines> call)
    {
        Console.SetOut(new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true });
        foreach (var step in Steps(file)) {
            Console.WriteLine("= " + step.Name);
            try {
                var lines = call(step);
                for (var n = 1; n < step.Repeat; n++)
                    if (!call(step).SequenceEqual(lines)) throw new InvalidOperationException("two answers differ");
                foreach (var line in lines) Console.WriteLine(line.Key + "\t" + line.Value);
                foreach (var keep in step.Keep) kept[keep[0]] = Unescape(lines.First(line => line.Key == keep[1]).Value);
            } catch (Exception error) {
                Console.WriteLine("error\t" + Escape((error.InnerException ?? error).ToString()));
            }
        }
    }

    public static object Built(object node, Type type)
    {
        var leaf = node as string[];
        if (leaf != null) return Leaf(leaf[0], leaf[1], type);
        if (type.IsArray) {
            var members = node as List<object> ?? (List<object>) ((Dictionary<string, object>) node).Values.Single();
            var array = Array.CreateInstance(type.GetElementType(), members.Count);
            for (var n = 0; n < members.Count; n++) array.SetValue(Built(members[n], type.GetElementType()), n);
            return array;
        }
        var made = Activator.CreateInstance(type);
        foreach (var child in (Dictionary<string, object>) node) {
            var member = type.GetProperty(child.Key);
            member.SetValue(made, Built(child.Value, member.PropertyType), null);
            var specified = type.GetProperty(child.Key + "Specified");
            if (specified != null) specified.SetValue(made, true, null);
        }
        return made;
    }

    static object Leaf(string kind, string text, Type type)
    {
        if (kind == "file") return File.ReadAllBytes(text);
        if (type == typeof(Guid)) return new Guid(text);
        if (type == typeof(DateTime)) return DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
        return Convert.ChangeType(text, type, CultureInfo.InvariantCulture);
    }

    public static T Attribute<T>(ICustomAttributeProvider member) where T : class
    {
        return member.GetCustomAttributes(typeof(T), false).FirstOrDefault() as T;
    }

    public static void Flatten(object value, string path, ICustomAttributeProvider member, Lines lines)
    {
        if (value == null) return;
        var bytes = value as byte[];
        if (bytes != null) {
            var digest = BitConverter.ToString(SHA256.Create().ComputeHash(bytes)).Replace("-", "").ToLowerInvariant();
            lines.Add(path, bytes.Length + " bytes " + digest);
        } else if (value is Array) {
            var item = Attribute<XmlArrayItemAttribute>(member);
            var name = item == null ? "" : string.IsNullOrEmpty(item.ElementName) ? "." + value.GetType().GetElementType().Name : "." + item.ElementName;
            var number = 0;
            foreach (var child in (IEnumerable) value) Flatten(child, path + name + "[" + number++ + "]", member, lines);
        } else if (value is string) lines.Add(path, Escape((string) value));
        else if (value is bool) lines.Add(path, (bool) value ? "true" : "false");
        else if (value is DateTime) {
            var element = Attribute<XmlElementAttribute>(member);
            var date = element != null && element.DataType == "date";
            var time = (DateTime) value;
            lines.Add(path, date ? time.ToString("yyyy-MM-dd") : time.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        } else if (value is Guid || value is int) lines.Add(path, value.ToString());
        else {
            foreach (var child in value.GetType().GetProperties()) {
                var specified = value.GetType().GetProperty(child.Name + "Specified");
                if (Attribute<XmlIgnoreAttribute>(child) != null || specified != null && !(bool) specified.GetValue(value, null)) continue;
                Flatten(child.GetValue(value, null), (path == "" ? "" : path + ".") + child.Name, child, lines);
            }
        }
    }

    public static Dictionary<string, object> Tree(List<string[]> leaves)
    {
        var root = new Dictionary<string, object>();
        foreach (var line in leaves) {
            var place = root;
            var names = line[0].Split('.');
            foreach (var part in names.Take(names.Length - 1)) {
                var words = part.TrimEnd(']').Split('[');
                object found;
                if (words.Length == 2) {
                    if (!place.TryGetValue(words[0], out found)) place[words[0]] = found = new List<object>();
                    var list = (List<object>) found;
                    if (list.Count == int.Parse(words[1])) list.Add(new Dictionary<string, object>());
                    place = (Dictionary<string, object>) list[int.Parse(words[1])];
                } else {
                    if (!place.TryGetValue(part, out found)) place[part] = found = new Dictionary<string, object>();
                    place = (Dictionary<string, object>) found;
                }
            }
            place[names.Last()] = new[] { line[1], line[2].StartsWith("$") ? kept[line[2].Substring(1)] : line[2] };
        }
        return root;
    }

    static List<Step> Steps(string file)
    {
        var steps = new List<Step>();
        foreach (var line in File.ReadAllLines(file, Encoding.UTF8)) {
            var words = line.Split('\t');
            if (words[0] == "call") steps.Add(new Step { Name = words[1], Path = words[2], Operation = words[3] });
            else if (words[0] == "repeat") steps.Last().Repeat = int.Parse(words[1]);
            else if (words[0] == "keep") steps.Last().Keep.Add(new[] { words[1], words[2] });
            else (words[0] == "header" ? steps.Last().Header : steps.Last().Body).Add(new[] { words[1], words[2], Unescape(words[3]) });
        }
        return steps;
    }

    public static string Escape(string text)
    {
        return text.Replace("\\", "\\\\").Replace("\n", "\\n").Replace("\t", "\\t").Replace("\r", "\\r");
    }

    public static string Unescape(string text)
    {
        var plain = new StringBuilder();
        for (var n = 0; n < text.Length; n++) {
            var c = text[n];
            if (c == '\\') {
                c = text[++n];
                c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
            }
            plain.Append(c);
        }
        return plain.ToString();
    }
}
