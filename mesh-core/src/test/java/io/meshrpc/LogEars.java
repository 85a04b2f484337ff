package io.meshrpc;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Hears what the mesh logs, until it is closed. */
final class LogEars extends Handler implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("io.meshrpc");

  private final List<LogRecord> records = new CopyOnWriteArrayList<>();

  LogEars() {
    LOG.addHandler(this);
  }

  List<LogRecord> records() {
    return records;
  }

  List<String> texts() {
    return records.stream().map(LogRecord::getMessage).toList();
  }

  @Override
  public void publish(LogRecord line) {
    records.add(line);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    LOG.removeHandler(this);
  }
}
