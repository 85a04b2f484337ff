package io.meshrpc.bench;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Processes that do not outlive us, whatever happens. */
final class Fleet implements AutoCloseable {
  private final List<Process> processes = new CopyOnWriteArrayList<>();
  private final Thread hook = new Thread(() -> processes.forEach(Process::destroyForcibly));

  Fleet() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** A JVM that runs this class. */
  Child start(String name, Class<?> main, String... args) throws IOException {
    ProcessBuilder builder = Child.command(main, args);
    return new Child(name, adopt(builder.start()));
  }

  /** Takes over a process that was started. */
  Process adopt(Process process) {
    processes.add(process);
    return process;
  }

  /** Ends all processes, frozen or not, and waits until they are gone. */
  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
    for (Process process : processes) {
      try {
        process.waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return; // the hook stays
      }
    }
    Runtime.getRuntime().removeShutdownHook(hook);
  }
}
