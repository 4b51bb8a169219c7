"""Floor 2: what predicts: text, features, classifiers, places, routing, screening, policy, explanation, duplicates."""
