package io.meshrpc.protoc;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** Compiles sources from memory against the test's class path, and says what javac has against them. */
final class Compiler {
  private Compiler() {}

  static List<String> complaints(Map<String, String> sources, Path classes) throws IOException {
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> news = new DiagnosticCollector<>();
    try (StandardJavaFileManager files = javac.getStandardFileManager(news, null, null)) {
      files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(classes));
      List<Source> units = sources.entrySet().stream()
          .map(e -> new Source(e.getKey(), e.getValue()))
          .toList();
      List<String> flags = List.of(
          "-Xlint:all,-path,-classfile,-processing,-options",
          "-Werror",
          "-Xdoclint:all,-missing",
          "-proc:none",
          "-encoding",
          "US-ASCII",
          "--release",
          "17");
      javac.getTask(null, files, news, flags, null, units).call();
      return news.getDiagnostics().stream()
          .filter(d -> d.getKind() != Diagnostic.Kind.NOTE)
          .map(Diagnostic::toString)
          .toList();
    }
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String path, String text) {
      super(URI.create("memory:///" + path), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
