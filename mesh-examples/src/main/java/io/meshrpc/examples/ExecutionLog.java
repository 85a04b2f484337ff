package io.meshrpc.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Writes down which ids a server has executed; survives the death of the process. */
@FunctionalInterface
interface ExecutionLog {
  /** Writes nothing down. */
  ExecutionLog NONE = id -> {};

  /** Writes one execution down, before its work begins. */
  void append(String id);

  /** A log in a file of its own. */
  static ExecutionLog in(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    return id -> {
      ByteBuffer line = ByteBuffer.wrap((id + "\n").getBytes(StandardCharsets.UTF_8));
      synchronized (channel) {
        try {
          while (line.hasRemaining()) {
            channel.write(line); // in the system's hands when it returns: kill -9 loses nothing
          }
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  /** How many times each id was executed, by all logs of a directory. */
  static Map<String, Integer> readAll(Path directory) throws IOException {
    Map<String, Integer> executions = new HashMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".log")).toList()) {
        Files.readAllLines(file).forEach(id -> executions.merge(id, 1, Integer::sum));
      }
    }
    return executions;
  }
}
