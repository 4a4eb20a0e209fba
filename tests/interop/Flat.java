import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The plain lines between the runner and its clients (see flat.py), for the clients of Java: generated beans are filled and read by reflection. */
abstract class Flat {
    static class Step {
        String name, path, operation;
        final List<String[]> header = new ArrayList<>(), body = new ArrayList<>();
        final Map<String, String> keep = new LinkedHashMap<>();
        int repeat = 1;
    }

    private final Map<String, String> kept = new LinkedHashMap<>();

    /** The decoded answer; a fault as a map. */
    abstract Object call(Step step) throws Exception;

    /** The fields of a generated class by the names they have in XML, in their order; two names with a dot where the class left one out. */
    abstract Map<String, Field> fields(Class<?> type);

    /** A leaf of a type only this library knows, from its text. */
    abstract Object leaf(Class<?> type, String text) throws Exception;

    /** The text of such a leaf, or null where the value is not one. */
    abstract String shown(Object value) throws Exception;

    void run(String file) throws Exception {
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        for (Step step : steps(file)) {
            out.println("= " + step.name);
            try {
                Map<String, String> lines = flatten(call(step));
                for (int n = 1; n < step.repeat; n++) {
                    if (!flatten(call(step)).equals(lines)) throw new IllegalStateException("two answers differ");
                }
                lines.forEach((path, text) -> out.println(path + "\t" + text));
                step.keep.forEach((name, path) -> kept.put(name, unescape(lines.get(path))));
            } catch (Exception error) {
                Throwable reason = error.getCause() == null ? error : error.getCause();
                out.println("error\t" + escape(reason.toString()));
                reason.printStackTrace();
            }
        }
    }

    /** An object of the type with these leaves in it. */
    <T> T filled(Class<T> type, Iterable<String[]> leaves, String root) throws Exception {
        T object = type.getDeclaredConstructor().newInstance();
        boolean any = root == null;
        for (String[] leaf : leaves) {
            String path = leaf[0];
            if (root != null) {
                if (!path.startsWith(root + ".")) continue;
                path = path.substring(root.length() + 1);
                any = true;
            }
            put(object, path, leaf[1], leaf[2].startsWith("$") ? kept.get(leaf[2].substring(1)) : leaf[2]);
        }
        return any ? object : null;
    }

    private void put(Object place, String path, String kind, String text) throws Exception {
        Map<String, Field> fields = fields(place.getClass());
        String name = fields.keySet().stream().filter(key -> path.equals(key) || path.startsWith(key + ".") || path.startsWith(key + "["))
                .findFirst().orElseThrow(() -> new IllegalArgumentException("no field for " + path));
        Field field = fields.get(name);
        String rest = path.substring(name.length());
        if (rest.isEmpty()) {
            field.set(place, value(field.getType(), kind, text));
            return;
        }
        int end = rest.indexOf(']');
        Object child = rest.startsWith("[") ? member(place, field, Integer.parseInt(rest.substring(1, end))) : field.get(place);
        if (child == null) {
            child = field.getType().getDeclaredConstructor().newInstance();
            field.set(place, child);
        }
        put(child, rest.substring(rest.startsWith("[") ? end + 2 : 1), kind, text);
    }

    @SuppressWarnings("unchecked")
    private Object member(Object place, Field field, int index) throws Exception {
        if (field.getType().isArray()) {
            Object old = field.get(place);
            int length = old == null ? 0 : Array.getLength(old);
            if (index < length) return Array.get(old, index);
            Object grown = Array.newInstance(field.getType().getComponentType(), index + 1);
            if (old != null) System.arraycopy(old, 0, grown, 0, length);
            Array.set(grown, index, field.getType().getComponentType().getDeclaredConstructor().newInstance());
            field.set(place, grown);
            return Array.get(grown, index);
        }
        List<Object> list = (List<Object>) field.get(place);
        if (list == null) field.set(place, list = new ArrayList<>());
        if (index == list.size()) {
            Class<?> type = (Class<?>) ((ParameterizedType) field.getGenericType()).getActualTypeArguments()[0];
            list.add(type.getDeclaredConstructor().newInstance());
        }
        return list.get(index);
    }

    private Object value(Class<?> type, String kind, String text) throws Exception {
        if (kind.equals("file")) return Files.readAllBytes(Paths.get(text));
        if (type == int.class || type == Integer.class) return Integer.valueOf(text);
        if (type == boolean.class || type == Boolean.class) return Boolean.valueOf(text);
        if (type == String.class) return text;
        return leaf(type, text);
    }

    Map<String, String> flatten(Object answer) throws Exception {
        Map<String, String> lines = new LinkedHashMap<>();
        flatten(answer, "", lines);
        return lines;
    }

    private void flatten(Object value, String path, Map<String, String> lines) throws Exception {
        if (value == null) return;
        String dot = path.isEmpty() ? "" : path + ".";
        String text = shown(value);
        if (text != null) lines.put(path, escape(text));
        else if (value instanceof String || value instanceof Number || value instanceof Boolean) lines.put(path, escape(value.toString()));
        else if (value instanceof byte[]) lines.put(path, digest((byte[]) value));
        else if (value instanceof Map) for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) flatten(entry.getValue(), dot + entry.getKey(), lines);
        else if (value instanceof Collection) flatten(((Collection<?>) value).toArray(), path, lines);
        else if (value.getClass().isArray()) for (int n = 0; n < Array.getLength(value); n++) flatten(Array.get(value, n), path + "[" + n + "]", lines);
        else for (Map.Entry<String, Field> entry : fields(value.getClass()).entrySet()) flatten(entry.getValue().get(value), dot + entry.getKey(), lines);
    }

    private static String digest(byte[] bytes) throws Exception {
        StringBuilder text = new StringBuilder(bytes.length + " bytes ");
        for (byte b : MessageDigest.getInstance("SHA-256").digest(bytes)) text.append(String.format("%02x", b));
        return text.toString();
    }

    /** The fields of a class and its parents, parents first. */
    static List<Field> declared(Class<?> type) {
        List<Field> fields = type.getSuperclass() == null || type.getSuperclass().getClassLoader() == null ? new ArrayList<>() : declared(type.getSuperclass());
        for (Field field : type.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                field.setAccessible(true);
                fields.add(field);
            }
        }
        return fields;
    }

    /** The method of an operation: its name, whatever the case of its first letter. */
    static Method method(Class<?> port, String operation) {
        for (Method method : port.getMethods()) if (method.getName().equalsIgnoreCase(operation)) return method;
        throw new IllegalArgumentException("no operation " + operation);
    }

    private static List<Step> steps(String file) throws IOException {
        List<Step> steps = new ArrayList<>();
        for (String line : Files.readAllLines(Paths.get(file), StandardCharsets.UTF_8)) {
            String[] words = line.split("\t", -1);
            Step step = steps.isEmpty() ? null : steps.get(steps.size() - 1);
            switch (words[0]) {
                case "call":
                    steps.add(step = new Step());
                    step.name = words[1];
                    step.path = words[2];
                    step.operation = words[3];
                    break;
                case "repeat":
                    step.repeat = Integer.parseInt(words[1]);
                    break;
                case "keep":
                    step.keep.put(words[1], words[2]);
                    break;
                default:
                    (words[0].equals("header") ? step.header : step.body).add(new String[] {words[1], words[2], unescape(words[3])});
            }
        }
        return steps;
    }

    static String escape(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r");
    }

    static String unescape(String text) {
        StringBuilder plain = new StringBuilder();
        for (int n = 0; n < text.length(); n++) {
            char c = text.charAt(n);
            if (c == '\\') {
                c = text.charAt(++n);
                c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
            }
            plain.append(c);
        }
        return plain.toString();
    }
}
