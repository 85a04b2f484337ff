package io.meshrpc.bench;

import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** Writes maps, lists, texts and numbers as JSON. */
final class Json {
  private Json() {}

  /** The document, one element of the list in each line. */
  static String text(List<?> list) {
    StringJoiner lines = new StringJoiner(",\n ", "[\n ", "\n]\n");
    list.forEach(element -> lines.add(value(element)));
    return lines.toString();
  }

  private static String value(Object value) {
    if (value instanceof Map<?, ?> map) {
      StringJoiner members = new StringJoiner(", ", "{", "}");
      map.forEach((key, member) -> members.add(quoted(key.toString()) + ": " + value(member)));
      return members.toString();
    }
    if (value instanceof List<?> list) {
      StringJoiner elements = new StringJoiner(", ", "[", "]");
      list.forEach(element -> elements.add(value(element)));
      return elements.toString();
    }
    if (value instanceof Double number) {
      return Double.isFinite(number) ? number.toString() : "null";
    }
    return value instanceof Number ? value.toString() : quoted(value.toString());
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append("\\u%04x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
