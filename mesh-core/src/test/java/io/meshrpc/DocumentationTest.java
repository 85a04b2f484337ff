package io.meshrpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents say about the code is so. */
class DocumentationTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern CLASS_NAME = Pattern.compile("`([A-Z][a-z]+(?:[A-Z][A-Za-z]*)?)`");

  @Test
  void everyClassThatTheArchitectureNamesExists() throws IOException {
    Set<String> classes = new TreeSet<>();
    for (Path file : javaFiles()) {
      classes.add(file.getFileName().toString().replace(".java", ""));
    }
    Matcher names = CLASS_NAME.matcher(Files.readString(ROOT.resolve("ARCHITECTURE.md")));
    List<String> missing = new ArrayList<>();
    int found = 0;
    while (names.find()) {
      found++;
      if (!classes.contains(names.group(1))) {
        missing.add(names.group(1));
      }
    }
    assertThat(missing).isEmpty();
    assertThat(found).isGreaterThan(10);
  }

  @Test
  void noClassOutgrowsItsReader() throws IOException {
    for (Path file : javaFiles()) {
      if (!file.toString().contains("/src/main/")) {
        continue;
      }
      try (Stream<String> lines = Files.lines(file)) {
        assertThat(lines.count()).as("lines of %s", file).isLessThanOrEqualTo(400);
      }
    }
  }

  private static List<Path> javaFiles() throws IOException {
    try (Stream<Path> all = Files.walk(ROOT)) {
      return all.filter(p -> p.toString().endsWith(".java") && p.toString().contains("/src/"))
          .collect(Collectors.toList());
    }
  }
}
