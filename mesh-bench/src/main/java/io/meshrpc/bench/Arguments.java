package io.meshrpc.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A command line of {@code --name value} pairs and {@code --flags}. */
final class Arguments {
  private final Map<String, String> values = new LinkedHashMap<>();

  private Arguments() {}

  /**
   * Takes the line apart.
   *
   * @param flags names that take no value
   * @throws IllegalArgumentException if something is no name, comes twice or lacks its value
   */
  static Arguments parse(List<String> words, Set<String> flags) {
    Arguments arguments = new Arguments();
    for (int i = 0; i < words.size(); i++) {
      String name = words.get(i);
      if (!name.startsWith("--")) {
        throw new IllegalArgumentException("argument: \"" + name + "\" (expected: --name)");
      }
      String value = "";
      if (!flags.contains(name)) {
        i++;
        if (i == words.size() || words.get(i).startsWith("--")) {
          throw new IllegalArgumentException(name + ": nothing (expected: a value)");
        }
        value = words.get(i);
      }
      if (arguments.values.putIfAbsent(name, value) != null) {
        throw new IllegalArgumentException(name + ": twice (expected: once)");
      }
    }
    return arguments;
  }

  /** Whether the name is there. */
  boolean has(String name) {
    return values.containsKey(name);
  }

  /** The value, or null if it was not named. */
  @Nullable
  String text(String name) {
    return values.get(name);
  }

  String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  /** A whole number in a range. */
  int number(String name, int otherwise, int min, int max) {
    String text = values.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        name + ": " + text + " (expected: a whole number from " + min + " to " + max + ")");
  }

  /** One of some words. */
  String choice(String name, String otherwise, List<String> choices) {
    String text = values.getOrDefault(name, otherwise);
    if (!choices.contains(text)) {
      throw new IllegalArgumentException(
          name + ": " + text + " (expected: " + String.join(" or ", choices) + ")");
    }
    return text;
  }

  /**
   * Refuses names that are not known.
   *
   * @throws IllegalArgumentException if there is another name than these
   */
  void allowOnly(Set<String> names) {
    for (String name : values.keySet()) {
      if (!names.contains(name)) {
        throw new IllegalArgumentException(
            name + ": not known here (expected: some of " + String.join(" ", names) + ")");
      }
    }
  }
}
