#include "perception/vision/assignment.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "base/assert.hpp"

namespace tally::vision {
namespace {

// Rows <= columns. Index 0 of rows and columns is the artificial start; real ones count from 1.
class Solver {
 public:
  template <typename Cost>
  std::vector<int> solve(std::size_t rows, std::size_t columns, Cost&& cost) {
    row_potential_.assign(rows + 1, 0);
    column_potential_.assign(columns + 1, 0);
    row_of_.assign(columns + 1, 0);
    for (std::size_t row = 1; row <= rows; ++row) augment(row, columns, cost);
    std::vector<int> answer(rows, kUnassigned);
    for (std::size_t column = 1; column <= columns; ++column) {
      if (row_of_[column] != 0) answer[row_of_[column] - 1] = static_cast<int>(column) - 1;
    }
    return answer;
  }

 private:
  template <typename Cost>
  void augment(std::size_t first_row, std::size_t columns, Cost&& cost) {
    distance_.assign(columns + 1, std::numeric_limits<double>::infinity());
    previous_.assign(columns + 1, 0);
    visited_.assign(columns + 1, false);
    row_of_[0] = first_row;
    std::size_t column = 0;
    while (row_of_[column] != 0) {
      visited_[column] = true;
      const std::size_t next = relax(column, columns, cost);
      const double step = distance_[next];
      for (std::size_t j = 0; j <= columns; ++j) {
        if (visited_[j]) {
          row_potential_[row_of_[j]] += step;
          column_potential_[j] -= step;
        } else {
          distance_[j] -= step;
        }
      }
      column = next;
    }
    for (; column != 0; column = previous_[column]) row_of_[column] = row_of_[previous_[column]];
  }

  // Shortens the distances through `from`'s row; the nearest column not visited yet.
  template <typename Cost>
  std::size_t relax(std::size_t from, std::size_t columns, Cost&& cost) {
    const std::size_t row = row_of_[from];
    std::size_t nearest = 0;
    for (std::size_t j = 1; j <= columns; ++j) {
      if (visited_[j]) continue;
      const double reduced = cost(row - 1, j - 1) - row_potential_[row] - column_potential_[j];
      if (reduced < distance_[j]) {
        distance_[j] = reduced;
        previous_[j] = from;
      }
      if (nearest == 0 || distance_[j] < distance_[nearest]) nearest = j;
    }
    return nearest;
  }

  std::vector<double> row_potential_;
  std::vector<double> column_potential_;
  std::vector<std::size_t> row_of_;    // Of each column; 0: free.
  std::vector<std::size_t> previous_;  // Column before this one on the shortest path.
  std::vector<double> distance_;
  std::vector<bool> visited_;
};

}  // namespace

std::vector<int> assign(std::span<const float> costs, std::size_t rows, std::size_t columns,
                        float cost_max) {
  TALLY_ASSERT(costs.size() == rows * columns);
  std::vector<int> answer(rows, kUnassigned);
  if (rows == 0 || columns == 0) return answer;
  const auto capped = [&](std::size_t row, std::size_t column) {
    return static_cast<double>(std::min(costs[row * columns + column], cost_max));
  };
  Solver solver;
  if (rows <= columns) {
    answer = solver.solve(rows, columns, capped);
  } else {
    const std::vector<int> turned = solver.solve(
        columns, rows, [&](std::size_t column, std::size_t row) { return capped(row, column); });
    for (std::size_t column = 0; column < columns; ++column) {
      answer[static_cast<std::size_t>(turned[column])] = static_cast<int>(column);
    }
  }
  for (std::size_t row = 0; row < rows; ++row) {
    const int column = answer[row];
    if (column == kUnassigned) continue;
    if (costs[row * columns + static_cast<std::size_t>(column)] >= cost_max) {
      answer[row] = kUnassigned;
    }
  }
  return answer;
}

}  // namespace tally::vision
